using System.Collections.Immutable;
using static NicHangExporter.Persistence.EventEffect;

namespace NicHangExporter.Persistence;

/// <summary>What is left of the settings after each event.</summary>
/// <param name="Way">The way.</param>
/// <param name="Manager">The manager of the NIC.</param>
/// <param name="Effects">One for each <see cref="PersistenceEvent"/>, in its order.</param>
internal sealed record CoverageRow(
    PersistenceWay Way, NetworkManagerKind Manager, ImmutableArray<EventEffect> Effects);

/// <summary>
/// Which way survives which event under which manager. Measured in virtual machines with an e1000e as a bridge port:
/// Debian 12 (systemd 252, ifupdown2 3.0, ifupdown 0.8, NetworkManager 1.42), <c>.link</c> files also on Debian 13.
/// </summary>
internal static class PersistenceEvents
{
    public static ImmutableArray<CoverageRow> All { get; } =
    [
        .. OfUdev(PersistenceWay.Link), .. OfUdev(PersistenceWay.Udev),
        new(PersistenceWay.Hook, NetworkManagerKind.Networkmanager, Each(Survives)),
        // A reload of the driver makes a new interface, which ifupdown2 and ifupdown leave alone: no hook runs.
        new(PersistenceWay.Hook, NetworkManagerKind.Ifupdown2, [.. Each(Survives)[..^1], BackAfterReload]),
        new(PersistenceWay.Hook, NetworkManagerKind.Ifupdown, [.. Each(Survives)[..^1], BackAfterReload]),
        new(PersistenceWay.Hook, NetworkManagerKind.Netifd, Each(NotMeasured)),
    ];

    /// <summary>The events that undo the settings, in the order of the enumeration.</summary>
    public static ImmutableArray<EventCoverage> NotCovered(PersistenceWay way, NetworkManagerKind manager) =>
        Find(way, manager) is not { } row ? []
            :
            [
                .. Enum.GetValues<PersistenceEvent>()
                    .Select(@event => (Event: @event, Effect: row.Effects[(int)@event]))
                    .Where(pair => pair.Effect is Lost or BackAfterReload)
                    .Select(pair => new EventCoverage(pair.Event, pair.Effect, Text(pair.Event, pair.Effect, manager))),
            ];

    /// <summary>A remark for users if nothing is measured; else null.</summary>
    public static string? NoteOf(PersistenceWay way, NetworkManagerKind manager) =>
        Find(way, manager) is { } row && !row.Effects.Contains(NotMeasured) ? null
            : $"it is not measured what this way survives under {ManagerNames.Of(manager)}: check ethtool -k after a"
                + " reboot";

    /// <summary>An event in words, as it follows "after".</summary>
    public static string Words(PersistenceEvent @event) => @event switch
    {
        PersistenceEvent.Boot => "a boot",
        PersistenceEvent.ManagerReload => "a reload of the manager's configuration",
        PersistenceEvent.ManagerRestart => "a restart of the manager",
        PersistenceEvent.InterfaceRestart => "down and up of the NIC by the manager",
        PersistenceEvent.BridgeRestart => "down and up of the bridge by the manager",
        PersistenceEvent.LinkReset => "link down and up, ethtool -r, the driver's own reset",
        PersistenceEvent.UdevTrigger => "udevadm trigger -c add",
        PersistenceEvent.DriverReload => "a reload of the driver, unbind and bind, a PCI rescan",
        _ => throw new NotSupportedException($"{@event} has no arm here."),
    };

    /// <summary>The command that runs the hooks of a manager again.</summary>
    public static string ReloadCommand(NetworkManagerKind manager) => manager switch
    {
        NetworkManagerKind.Ifupdown2 => "ifreload -a",
        NetworkManagerKind.Ifupdown => "ifdown and ifup of the NIC's bridge, or of the NIC",
        _ => "a reload of the manager",
    };

    private static string Text(PersistenceEvent @event, EventEffect effect, NetworkManagerKind manager) =>
        effect == Lost ? $"after {Words(@event)} the settings are on"
            : $"after {Words(@event)} the settings are on until {ReloadCommand(manager)}";

    private static CoverageRow? Find(PersistenceWay way, NetworkManagerKind manager) =>
        All.FirstOrDefault(row => row.Way == way && row.Manager == manager);

    // udev applies both when the interface appears, before any manager sees it. No manager undoes them.
    private static IEnumerable<CoverageRow> OfUdev(PersistenceWay way) =>
        from manager in Enum.GetValues<NetworkManagerKind>()
        where manager != NetworkManagerKind.Netifd
        select new CoverageRow(way, manager, manager != NetworkManagerKind.None ? Each(Survives)
            : [.. Enum.GetValues<PersistenceEvent>().Select(@event => IsOfManager(@event) ? NotApplicable : Survives)]);

    private static bool IsOfManager(PersistenceEvent @event) =>
        @event is PersistenceEvent.ManagerReload or PersistenceEvent.ManagerRestart
            or PersistenceEvent.InterfaceRestart or PersistenceEvent.BridgeRestart;

    private static ImmutableArray<EventEffect> Each(EventEffect effect) =>
        [.. Enum.GetValues<PersistenceEvent>().Select(_ => effect)];
}
