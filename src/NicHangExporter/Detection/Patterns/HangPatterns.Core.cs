namespace NicHangExporter.Detection.Patterns;

internal static partial class HangPatterns
{
    private const string DevWatchdog = "net/sched/sch_generic.c dev_watchdog()";

    /// <summary>
    /// The core's watchdog, in every wording since 2.4. Of a WARN splat only this line counts. From 2.6.27 to 6.7 it
    /// was printed once per boot for all NICs; since e316dd1cf135 (6.8, 6.6.47, 6.1.107) it is printed at every
    /// timeout.
    /// </summary>
    private static HangPattern[] Core =>
    [
        new("watchdog-2.4", MessageKind.Watchdog, [], "NETDEV WATCHDOG: %s: transmit timed out",
            DevWatchdog + ", 2.4 to 2.6.26") { Shapes = PrefixShapes.Bare, AnyDriver = true, DeviceAt = 0 },
        new("watchdog-2.6.27", MessageKind.Watchdog, [], "NETDEV WATCHDOG: %s (%s): transmit timed out",
            DevWatchdog + ", 2.6.27 to 2.6.31")
        { Shapes = PrefixShapes.Bare, AnyDriver = true, DeviceAt = 0, DriverAt = 1, IsOncePerBoot = true },
        new("watchdog-2.6.32", MessageKind.Watchdog, [], "NETDEV WATCHDOG: %s (%s): transmit queue %u timed out",
            DevWatchdog + ", 2.6.32 to 6.3")
        { Shapes = PrefixShapes.Bare, AnyDriver = true, DeviceAt = 0, DriverAt = 1, QueueAt = 2, IsOncePerBoot = true },
        new("watchdog-6.4", MessageKind.Watchdog, [], "NETDEV WATCHDOG: %s (%s): transmit queue %u timed out %u ms",
            DevWatchdog + ", 6.4 to 6.7")
        {
            Shapes = PrefixShapes.Bare, AnyDriver = true, DeviceAt = 0, DriverAt = 1, QueueAt = 2, MillisecondsAt = 3,
            IsOncePerBoot = true,
        },
        new("watchdog-6.8", MessageKind.Watchdog, [], "NETDEV WATCHDOG: CPU: %d: transmit queue %u timed out %u ms",
            DevWatchdog + ", since 6.8") { AnyDriver = true, Distinctive = true, QueueAt = 1, MillisecondsAt = 2 },
        // The following rows were seen in logs of vendors' kernels, or were shortened by hand.
        new("watchdog-no-driver", MessageKind.Watchdog, [], "NETDEV WATCHDOG: %s: transmit queue %u timed out",
            "seen in logs") { Shapes = PrefixShapes.Bare, AnyDriver = true, DeviceAt = 0, QueueAt = 1 },
        new("watchdog-no-driver-ms", MessageKind.Watchdog, [], "NETDEV WATCHDOG: %s: transmit queue %u timed out %u ms",
            "seen in logs")
        { Shapes = PrefixShapes.Bare, AnyDriver = true, DeviceAt = 0, QueueAt = 1, MillisecondsAt = 2 },
        new("watchdog-no-cpu", MessageKind.Watchdog, [], "NETDEV WATCHDOG: transmit queue %u timed out", "seen in logs")
        { AnyDriver = true, Distinctive = true, QueueAt = 0 },
        new("watchdog-no-cpu-ms", MessageKind.Watchdog, [], "NETDEV WATCHDOG: transmit queue %u timed out %u ms",
            "seen in logs") { AnyDriver = true, Distinctive = true, QueueAt = 0, MillisecondsAt = 1 },
        new("watchdog-no-ms", MessageKind.Watchdog, [], "NETDEV WATCHDOG: CPU: %d: transmit queue %u timed out",
            "seen in logs") { AnyDriver = true, Distinctive = true, QueueAt = 1 },
        new("watchdog-no-queue", MessageKind.Watchdog, [], "NETDEV WATCHDOG: transmit timed out", "seen in logs")
        { AnyDriver = true, Distinctive = true },

        new("renamed", MessageKind.Renamed, [], "renamed from %s", "net/core/dev.c dev_change_name()")
        { AnyDriver = true, FormerNameAt = 0 },
        new("renamed-while-up", MessageKind.Renamed, [], "renamed from %s (while UP)",
            "net/core/dev.c dev_change_name(), since 6.1") { AnyDriver = true, FormerNameAt = 0 },
    ];
}
