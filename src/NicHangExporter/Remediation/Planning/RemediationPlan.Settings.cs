using System.Collections.Immutable;
using NicHangExporter.Linux.Ethtool;
using NicHangExporter.Remediation.Execution;

namespace NicHangExporter.Remediation.Planning;

internal sealed partial record RemediationPlan
{
    // What becomes of one setting that was asked for.
    private readonly record struct Finding()
    {
        public ImmutableArray<string> Changing { get; init; } = [];
        public ImmutableArray<string> Off { get; init; } = [];
        public ImmutableArray<string> Fixed { get; init; } = [];
        public ImmutableArray<string> Unknown { get; init; } = [];
        public bool Eee { get; init; }
        public bool Pause { get; init; }
    }

    private static Finding Look(DeviceFacts facts, string setting)
    {
        // By the switch alone. Modes that are advertised besides are what the driver remembers for the day when EEE is on again: e1000e's reset and
        // phylib send none while it is off, and igb refuses a second "off".
        if (setting == Eee)
            return facts.Eee is { Enabled: true, Supported: not 0 } ? new Finding { Eee = true } : new Finding { Off = [Eee] };
        if (setting == Pause)
            return facts.Pause is { Autonegotiation: true } or { Rx: true } or { Tx: true } ? new Finding { Pause = true } : new Finding { Off = [Pause] };
        if (OffloadNames.Expand(setting) is not { } names)
            return new Finding { Unknown = [setting] };
        var features = names.Select(name => facts.Features?.Find(name)).OfType<Feature>().ToList();
        if (features.Count == 0)
            return names is [var only] && only == setting ? new Finding { Unknown = [setting] } : new Finding { Off = [setting] };
        return new Finding
        {
            Changing = [.. features.Where(feature => feature.Changeable && (feature.Requested || feature.Active)).Select(feature => feature.Name)],
            Off = [.. features.Where(feature => !feature.Active && !(feature.Changeable && feature.Requested)).Select(feature => feature.Name)],
            Fixed = [.. features.Where(feature => feature.Active && !feature.Changeable).Select(feature => feature.Name)],
        };
    }
}
