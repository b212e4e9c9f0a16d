using System.Collections.Concurrent;
using NicHangExporter.Linux;
using NicHangExporter.Remediation.Evidence;

namespace NicHangExporter.Remediation;

/// <summary>What has been testified of one device's hangs. Times are since boot.</summary>
/// <param name="Reports">Hang reports so far.</param>
/// <param name="Last">When the last one came.</param>
/// <param name="Since">When the episode began that it belongs to.</param>
/// <param name="TxPackets">Packets sent when it came; null where unknown.</param>
internal readonly record struct DeviceHangState(int Reports, TimeSpan Last, TimeSpan Since, ulong? TxPackets)
{
    /// <summary>A driver may come to its own reset only now, because of what was done to the device: a link that goes away makes several of them flush their ring by one.</summary>
    private static readonly TimeSpan Aftermath = TimeSpan.FromSeconds(5);

    /// <summary>When the door began to act on the device last; null for never.</summary>
    public TimeSpan? ActingSince { get; init; }

    /// <summary>When it was done with that; null while it is not.</summary>
    public TimeSpan? ActedAt { get; init; }

    /// <summary>When the door found that the device sends again, and has gone on to; null for never. The reports before that are of a hang that is over.</summary>
    public TimeSpan? HealedAt { get; init; }

    /// <summary>True where what the driver did at that time is most likely the effect of what was done to the device.</summary>
    public bool IsAftermath(TimeSpan at) => ActingSince <= at && (ActedAt is not { } acted || at - acted <= Aftermath);
}

/// <summary>A hang episode that is under way and was witnessed live, for those who act on it or tell of it.</summary>
/// <param name="Device">The device.</param>
/// <param name="Bus">Its address on the bus; empty for a virtual one.</param>
/// <param name="Driver">Its driver; empty where unknown.</param>
/// <param name="Id">Names the episode (<see cref="EpisodeId"/>).</param>
/// <param name="Start">When it began, by the wall clock.</param>
/// <param name="Shape">wedge, flap, stall, unknown.</param>
/// <param name="Report">The driver's decoded report; null where there is none.</param>
/// <param name="RecoversByItself">The driver resets the adapter, and as far as can be seen that helps: there is something to prevent, nothing to heal.</param>
internal sealed record LiveHang(
    InterfaceName Device, BusAddress Bus, string Driver, string Id, DateTimeOffset Start, string Shape, string? Report, bool RecoversByItself)
{
    /// <summary>
    /// Something may be done about it: in this episode the reports have been more than the false alarm that drivers print at link-up, and not the link partner's
    /// pause frames. It stays so until the episode is over.
    /// </summary>
    public bool IsConfirmed { get; init; }
}

/// <summary>
/// What detection and remediation know of each other's present, without waiting for each other. Any thread may read and
/// write.
/// </summary>
/// <remarks>
/// Detection to remediation: <see cref="Report"/> and <see cref="Show"/>. The remediator reads the reports before it acts
/// and while it verifies; API, alerts and webhook read <see cref="Live"/>.
/// Remediation to detection: <see cref="Acting"/>, <see cref="Acted"/> and <see cref="Healed"/>. The monitor takes the
/// driver's messages after an action for its effect, and reports from before a proven recovery for old.
/// </remarks>
internal sealed class HangSignals
{
    private readonly ConcurrentDictionary<(InterfaceName Device, BusAddress Bus), DeviceHangState> _devices = new();
    private volatile IReadOnlyList<LiveHang> _live = [];

    /// <summary>The episodes under way, as detection saw them last.</summary>
    public IReadOnlyList<LiveHang> Live => _live;

    /// <summary>These are the episodes under way from now on.</summary>
    public void Show(IReadOnlyList<LiveHang> live) => _live = live;

    /// <summary>A hang was reported.</summary>
    public void Report(InterfaceName device, BusAddress bus, TimeSpan at, TimeSpan since, ulong? txPackets) =>
        Change(device, bus, testimony => testimony with { Reports = testimony.Reports + 1, Last = at, Since = since, TxPackets = txPackets });

    /// <summary>A command is about to go to the device.</summary>
    public void Acting(InterfaceName device, BusAddress bus, TimeSpan at) =>
        Change(device, bus, testimony => testimony with { ActingSince = testimony.IsAftermath(at) ? testimony.ActingSince : at, ActedAt = null });

    /// <summary>It has returned.</summary>
    public void Acted(InterfaceName device, BusAddress bus, TimeSpan at) => Change(device, bus, testimony => testimony with { ActedAt = at });

    /// <summary>The hang is over, as is proven.</summary>
    public void Healed(InterfaceName device, BusAddress bus, TimeSpan at) => Change(device, bus, testimony => testimony with { HealedAt = at });

    /// <summary>True where a hang was reported lately: it is under way now, not only within its episode.</summary>
    public bool IsFresh(InterfaceName device, BusAddress bus, TimeSpan now) =>
        Of(device, bus) is { Reports: > 0 } testimony && now - testimony.Last <= HangTiming.Fresh;

    /// <summary>What is known of a device.</summary>
    public DeviceHangState Of(InterfaceName device, BusAddress bus) => _devices.GetValueOrDefault((device, bus));

    /// <summary>True where another device began to hang at about the same time and still does: that is a switch or a power supply, no NIC.</summary>
    public bool IsAmbiguous(InterfaceName device, BusAddress bus, TimeSpan now)
    {
        var mine = Of(device, bus);
        foreach (var (other, testimony) in _devices)
            // The same hardware under a former name is no other one.
            if (testimony.Reports > 0 && other != (device, bus) && (bus.IsEmpty || other.Bus != bus)
                && now - testimony.Last <= HangTiming.Fresh
                && (testimony.Since - mine.Since).Duration() <= HangTiming.Fresh)
                return true;
        return false;
    }

    private void Change(InterfaceName device, BusAddress bus, Func<DeviceHangState, DeviceHangState> change) =>
        _devices.AddOrUpdate((device, bus), (_, change) => change(default), (_, testimony, change) => change(testimony), change);
}
