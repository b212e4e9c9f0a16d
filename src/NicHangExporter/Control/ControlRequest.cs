using System.Text.Json.Serialization;
using NicHangExporter.Remediation;

namespace NicHangExporter.Control;

/// <summary>What a person at the console may ask of the running daemon.</summary>
[JsonConverter(typeof(SnakeCaseConverter<ControlCommand>))]
internal enum ControlCommand
{
    /// <summary>The picture of now. Changes nothing.</summary>
    Status,
    /// <summary>Changes a device, or says what would be changed.</summary>
    Remediate,
    /// <summary>Undoes what was decided for a device.</summary>
    Rollback,
    /// <summary>Lifts the quarantine of a device.</summary>
    ClearQuarantine,
    /// <summary>Sets the kill switch.</summary>
    Pause,
    /// <summary>Lifts it.</summary>
    Resume,
}

/// <summary>
/// One request: one line of JSON. A member that this version does not know is an error, never passed over: it might have been the one that
/// says <c>dryRun</c>.
/// </summary>
/// <param name="Command">What is asked for.</param>
internal sealed record ControlRequest([property: JsonIgnore(Condition = JsonIgnoreCondition.Never)] ControlCommand Command)
{
    /// <summary>The version of the protocol that the asker speaks.</summary>
    public int Version { get; init; } = ControlProtocol.Version;

    /// <summary>The device, by name (as <see cref="Linux.InterfaceName.ToString"/> writes it) or by address on its bus.</summary>
    public string? Device { get; init; }

    /// <summary>A profile by name.</summary>
    public string? Profile { get; init; }

    /// <summary>Settings by name, instead of a profile.</summary>
    public IReadOnlyList<string>? Settings { get; init; }

    /// <summary>Also un-wedge the device.</summary>
    public bool Recover { get; init; }

    /// <summary>Only say what would be done.</summary>
    public bool DryRun { get; init; }

    /// <summary>Why, in the asker's words.</summary>
    public string? Reason { get; init; }
}
