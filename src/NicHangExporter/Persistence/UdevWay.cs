using NicHangExporter.Linux;

namespace NicHangExporter.Persistence;

/// <summary>
/// A udev rule that runs ethtool once for each setting, when the NIC appears. udev starts programs without a shell, and
/// <c>$name</c> is one argument: a name has no white space.
/// </summary>
internal static class UdevWay
{
    private static readonly PersistencePlace Place =
        PersistencePlace.All.First(place => place.Way == PersistenceWay.Udev);

    public static WayProposal? Propose(PlanContext context, out string? reason)
    {
        reason = context.Udev is null ? "udev does not handle the device"
            : context.Ethtool is null ? "ethtool is not installed"
            : null;
        return reason is not null ? null
            : new WayProposal(
                Place.FileOf(context.Nic.Bus), Place.Mode, IsProgram: false,
                string.Concat(context.Request.Settings.Select(setting =>
                    Rule(context.Nic.Bus, context.Ethtool!, setting))),
                ["By hand: delete this file."], []);
    }

    private static string Rule(BusAddress bus, string ethtool, string setting) =>
        $"ACTION==\"add\", SUBSYSTEM==\"net\", KERNELS==\"{bus}\", ATTR{{type}}==\"1\", "
        + $"RUN+=\"{Command(ethtool, setting)}\"\n";

    // EEE and pause renegotiate the link even if they are off, so they are read first. The shell gets the name from its
    // environment, never in its text. set -f: a name can be a pattern.
    private static string Command(string ethtool, string setting) => setting switch
    {
        PersistedSettings.Eee => "/bin/sh -c 'set -f; "
            + $"if {ethtool} --show-eee $$INTERFACE | grep -q status:.*enabled; "
            + $"then {ethtool} --set-eee $$INTERFACE eee off; fi'",
        PersistedSettings.Pause => "/bin/sh -c 'set -f; "
            + $"if {ethtool} -a $$INTERFACE | grep -q X:.*on; "
            + $"then {ethtool} -A $$INTERFACE autoneg off rx off tx off; fi'",
        _ => $"{ethtool} -K $name {setting} off",
    };
}
