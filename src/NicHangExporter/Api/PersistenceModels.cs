using NicHangExporter.Persistence;
using NicHangExporter.Persistence.Control;

namespace NicHangExporter.Api;

/// <summary>A request to keep settings of a device off at boot, without the exporter.</summary>
internal sealed record PersistRequest
{
    /// <summary>
    /// A profile whose settings are kept off, as far as the device has them. Without one: what remediations decided.
    /// </summary>
    public string? Profile { get; init; }

    /// <summary>The only way to try: link, udev or hook. Without one: the first that applies.</summary>
    public PersistenceWay? Via { get; init; }

    /// <summary>Only answer what would be written.</summary>
    public bool DryRun { get; init; }
}

/// <summary>The file that keeps settings of a device off.</summary>
/// <param name="Device">The name of the device.</param>
/// <param name="Bus">Its address on the bus.</param>
/// <param name="Manager">Its network manager.</param>
/// <param name="Way">How the settings are applied.</param>
/// <param name="Path">The file.</param>
/// <param name="Settings">What the file keeps off.</param>
internal sealed record PersistResponse(
    string Device, string Bus, NetworkManagerKind Manager, PersistenceWay Way, string Path,
    IReadOnlyList<string> Settings)
{
    /// <summary>True if nothing was written, because the request was a dry run or the mode is observe.</summary>
    public bool DryRun { get; init; }

    /// <summary>True if the file was written; false if it was already there, and for a dry run.</summary>
    public bool Changed { get; init; }

    /// <summary>The text that would be written; absent unless it is a dry run.</summary>
    public string? Content { get; init; }

    /// <summary>Files of another way that were removed.</summary>
    public IReadOnlyList<string> Removed { get; init; } = [];

    /// <summary>The events that the file does not survive, a line each.</summary>
    public IReadOnlyList<string> NotSurvived { get; init; } = [];

    /// <summary>What else an operator should know, a line each.</summary>
    public IReadOnlyList<string> Notes { get; init; } = [];

    /// <summary>The result as an answer.</summary>
    public static PersistResponse Of(PersistResult result) =>
        new(result.Device, result.Bus, result.Manager, result.Way, result.Path, result.Settings)
        {
            DryRun = result.Content is not null,
            Changed = result.Changed,
            Content = result.Content,
            Removed = result.Removed,
            NotSurvived = result.NotSurvived,
            Notes = result.Notes,
        };
}

/// <summary>The persistence files of a device that were removed.</summary>
/// <param name="Device">The device as the request named it.</param>
/// <param name="Bus">Its address on the bus.</param>
/// <param name="Removed">The files; empty if there were none.</param>
internal sealed record UnpersistResponse(string Device, string Bus, IReadOnlyList<string> Removed)
{
    /// <summary>What else an operator should know, a line each.</summary>
    public IReadOnlyList<string> Notes { get; init; } = [];
}

/// <summary>One persistence file of the exporter.</summary>
/// <param name="Path">The file.</param>
/// <param name="Bus">The address of the device that it is for.</param>
/// <param name="Way">How its settings are applied.</param>
/// <param name="State">Whether it is in force.</param>
internal sealed record PersistedFileResponse(string Path, string Bus, PersistenceWay Way, PersistedState State)
{
    /// <summary>The name of the device now; absent if no device has the address.</summary>
    public string? Device { get; init; }

    /// <summary>The name of the device when the file was written.</summary>
    public string DeviceThen { get; init; } = "";

    /// <summary>The profile that the settings come from.</summary>
    public string? Profile { get; init; }

    /// <summary>What the file keeps off.</summary>
    public IReadOnlyList<string> Settings { get; init; } = [];

    /// <summary>Why it is not in force, and what to do; absent if it is in force.</summary>
    public string? Reason { get; init; }

    /// <summary>The events that the file does not survive, a line each.</summary>
    public IReadOnlyList<string> NotSurvived { get; init; } = [];

    /// <summary>The file as an answer.</summary>
    public static PersistedFileResponse Of(PersistedFile file) =>
        new(file.Path, file.Bus.ToString(), file.Way, file.State)
        {
            Device = file.Nic?.Device.ToString(),
            DeviceThen = file.DeviceThen,
            Profile = file.Profile,
            Settings = file.Settings,
            Reason = file.Reason,
            NotSurvived = [.. file.NotCovered.Select(coverage => coverage.Text)],
        };
}

/// <summary>
/// Something else on the host that sets offloads of a device, or fails to. The exporter leaves it alone.
/// </summary>
/// <param name="Path">The file.</param>
/// <param name="Line">The line in it, from 1; 0 for the whole file.</param>
/// <param name="Text">What it does, in a sentence.</param>
internal sealed record FindingResponse(string Path, int Line, string Text);

/// <summary>A device of the host that has an address on a bus.</summary>
/// <param name="Device">Its name.</param>
/// <param name="Bus">Its address on the bus.</param>
/// <param name="Manager">Its network manager.</param>
/// <param name="Persisted">True if a persistence file is in force.</param>
/// <param name="Matches">True if that file keeps at least the settings off that remediations decided.</param>
internal sealed record PersistedDeviceResponse(
    string Device, string Bus, NetworkManagerKind Manager, bool Persisted, bool Matches)
{
    /// <summary>The settings that remediations decided.</summary>
    public IReadOnlyList<string> Desired { get; init; } = [];

    /// <summary>Two managers claim the device: which ones, which is taken and why. Absent otherwise.</summary>
    public string? Conflict { get; init; }

    /// <summary>What else on the host sets its offloads.</summary>
    public IReadOnlyList<FindingResponse> Findings { get; init; } = [];

    /// <summary>The device as an answer.</summary>
    public static PersistedDeviceResponse Of(PersistedDevice device, IEnumerable<PersistenceFinding> findings) =>
        new(device.Device.ToString(), device.Bus.ToString(), device.Manager, device.IsPersisted, device.Matches)
        {
            Desired = device.Desired,
            Conflict = device.Conflict,
            Findings = [.. findings.Select(finding => new FindingResponse(finding.Path, finding.Line, finding.Text))],
        };
}

/// <summary>What is persisted on the host.</summary>
/// <param name="Files">The persistence files of the exporter, also of devices that have left.</param>
/// <param name="Devices">The devices that have an address on a bus.</param>
internal sealed record PersistedList(
    IReadOnlyList<PersistedFileResponse> Files, IReadOnlyList<PersistedDeviceResponse> Devices);
