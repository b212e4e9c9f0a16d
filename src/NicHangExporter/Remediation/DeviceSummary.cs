using System.Text.Json.Serialization;
using NicHangExporter.Remediation.Journaling;
using NicHangExporter.Remediation.Policy;

namespace NicHangExporter.Remediation;

/// <summary>
/// What the status of remediation and the API have in common about a device. The order of the members is that of the
/// API's JSON.
/// </summary>
/// <param name="Device">Its name.</param>
/// <param name="Bus">Its address on the bus.</param>
/// <param name="Driver">Its driver.</param>
internal abstract record DeviceSummary(string Device, string Bus, string Driver)
{
    /// <summary>True if the device is present.</summary>
    public bool Present { get; init; }

    /// <summary>True if the device is watched for hangs.</summary>
    public bool Watched { get; init; }

    /// <summary>True if the device is in remediation.devices.</summary>
    public bool Listed { get; init; }

    /// <summary>Why automatic remediation does not act on it; absent if it does, and for an absent device.</summary>
    public NotProtected? NotProtected { get; init; }

    /// <summary>Why it may not be changed; absent if it may.</summary>
    public DeclineReason? NotAllowed { get; init; }

    /// <summary>A hang has been reported within the last half minute.</summary>
    public bool Hung { get; init; }

    /// <summary>The stage in force.</summary>
    public string? Profile { get; init; }

    /// <summary>The settings that remediation keeps off.</summary>
    public IReadOnlyList<string> Desired { get; init; } = [];

    /// <summary>Those of them that are on again.</summary>
    public IReadOnlyList<string> Drifted { get; init; } = [];

    /// <summary>Seconds of cool-down left.</summary>
    public double Cooldown { get; init; }

    /// <summary>How many remediations the device may still have within 24 hours.</summary>
    public int BudgetLeft { get; init; }

    /// <summary>
    /// True while the device is in quarantine: its configuration is not changed until an operator clears it.
    /// </summary>
    public bool Quarantined { get; init; }

    /// <summary>The last hang episode that has ended.</summary>
    [JsonPropertyOrder(2)]
    public EpisodeSummary? LastEpisode { get; init; }
}
