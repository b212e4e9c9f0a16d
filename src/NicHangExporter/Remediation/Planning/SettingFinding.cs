using System.Collections.Immutable;
using NicHangExporter.Linux.Ethtool;
using NicHangExporter.Remediation.Execution;

namespace NicHangExporter.Remediation.Planning;

/// <summary>What turning off one setting means on a device. Pure.</summary>
internal readonly record struct SettingFinding()
{
    /// <summary>Features to turn off, by the kernel's name.</summary>
    public ImmutableArray<string> Changing { get; init; } = [];

    /// <summary>What is off already.</summary>
    public ImmutableArray<string> Off { get; init; } = [];

    /// <summary>Features that the driver has fixed on.</summary>
    public ImmutableArray<string> Fixed { get; init; } = [];

    /// <summary>What this kernel does not have.</summary>
    public ImmutableArray<string> Unknown { get; init; } = [];

    /// <summary>EEE is to be turned off.</summary>
    public bool Eee { get; init; }

    /// <summary>Flow control is to be turned off.</summary>
    public bool Pause { get; init; }

    /// <summary>The finding for a setting, by its short, long or kernel name.</summary>
    public static SettingFinding Of(DeviceFacts facts, string setting)
    {
        // By the switch alone. Advertised modes are what the driver keeps for the time when EEE is on again: e1000e's
        // reset and phylib send none while it is off, and igb refuses a second "off".
        if (setting == DeviceSettings.Eee)
            return facts.Eee is { Enabled: true, Supported: not 0 } ? new() { Eee = true } : new() { Off = [setting] };
        if (setting == DeviceSettings.Pause)
            return facts.Pause is { Autonegotiation: true } or { Rx: true } or { Tx: true }
                ? new() { Pause = true }
                : new() { Off = [setting] };
        if (OffloadNames.Expand(setting) is not { } names)
            return new() { Unknown = [setting] };
        var features = names.Select(name => facts.Features?.Find(name)).OfType<Feature>().ToList();
        if (features.Count == 0)
            return names is [var only] && only == setting ? new() { Unknown = [setting] } : new() { Off = [setting] };
        return new()
        {
            Changing = Names(feature => feature.Changeable && (feature.Requested || feature.Active)),
            Off = Names(feature => !feature.Active && !(feature.Changeable && feature.Requested)),
            Fixed = Names(feature => feature.Active && !feature.Changeable),
        };

        ImmutableArray<string> Names(Func<Feature, bool> holds) =>
            [.. features.Where(holds).Select(feature => feature.Name)];
    }
}
