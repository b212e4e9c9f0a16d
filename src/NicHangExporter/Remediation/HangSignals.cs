using System.Collections.Concurrent;
using NicHangExporter.Linux;
using NicHangExporter.Remediation.Evidence;

namespace NicHangExporter.Remediation;

/// <summary>What is known of one device's hangs. Times are since boot.</summary>
/// <param name="Reports">The number of hang reports so far.</param>
/// <param name="Last">The time of the last report.</param>
/// <param name="Since">The begin of the episode that it belongs to.</param>
/// <param name="TxPackets">Packets sent until the last report; null if unknown.</param>
internal readonly record struct DeviceHangState(int Reports, TimeSpan Last, TimeSpan Since, ulong? TxPackets)
{
    /// <summary>
    /// A driver may reset itself this long after a change, because of the change: several drivers flush their transmit
    /// ring by a reset when the link goes down.
    /// </summary>
    private static readonly TimeSpan Aftermath = TimeSpan.FromSeconds(5);

    /// <summary>When the remediator began to change the device last; null for never.</summary>
    public TimeSpan? ActingSince { get; init; }

    /// <summary>When that ended; null while it runs.</summary>
    public TimeSpan? ActedAt { get; init; }

    /// <summary>
    /// When a remediation was last verified as healed; null for never. Earlier reports are of a hang that is over.
    /// </summary>
    public TimeSpan? HealedAt { get; init; }

    /// <summary>
    /// True if a reset by the driver at that time is most likely an effect of a change of the device.
    /// </summary>
    public bool IsAftermath(TimeSpan at) => ActingSince <= at && (ActedAt is not { } acted || at - acted <= Aftermath);
}

/// <summary>A hang episode that is in progress and was observed live.</summary>
/// <param name="Device">The device.</param>
/// <param name="Bus">Its bus address; empty for a virtual device.</param>
/// <param name="Driver">Its driver; empty if unknown.</param>
/// <param name="Id">The id of the episode (<see cref="EpisodeId"/>).</param>
/// <param name="Start">Its begin, by the wall clock.</param>
/// <param name="Shape">wedge, flap, stall, unknown.</param>
/// <param name="Report">The driver's decoded report; null if none exists.</param>
/// <param name="RecoversByItself">
/// The driver resets the adapter and that seems to help: the next hang can be prevented, this one needs no remediation.
/// </param>
internal sealed record LiveHang(
    InterfaceName Device, BusAddress Bus, string Driver, string Id, DateTimeOffset Start, string Shape, string? Report,
    bool RecoversByItself)
{
    /// <summary>
    /// The hang is confirmed: it is neither the single report that drivers print at link-up nor an effect of the link
    /// partner's pause frames. It stays confirmed until the episode ends.
    /// </summary>
    public bool IsConfirmed { get; init; }
}

/// <summary>
/// The live hang reports, shared by detection and remediation. Detection writes each report when it sees it. The
/// remediator reads them before and after a change, and writes when it changes a device. Any thread may call.
/// </summary>
/// <remarks>
/// Detection to remediation: <see cref="Report"/> and <see cref="Show"/>. The remediator reads the reports before it
/// acts and while it verifies; API, alerts and webhook read <see cref="Live"/>. Remediation to detection:
/// <see cref="Acting"/>, <see cref="Acted"/> and <see cref="Healed"/>. The monitor takes the driver's messages after an
/// action for its effect, and reports from before a proven recovery for old.
/// </remarks>
internal sealed class HangSignals
{
    private readonly ConcurrentDictionary<(InterfaceName Device, BusAddress Bus), DeviceHangState> _devices = new();
    private volatile IReadOnlyList<LiveHang> _live = [];

    /// <summary>The episodes in progress.</summary>
    public IReadOnlyList<LiveHang> Live => _live;

    /// <summary>Raised after <see cref="Live"/> was replaced. A handler must not wait.</summary>
    public event Action? Shown;

    /// <summary>Replaces <see cref="Live"/>.</summary>
    public void Show(IReadOnlyList<LiveHang> live)
    {
        _live = live;
        Shown?.Invoke();
    }

    /// <summary>Records a hang report.</summary>
    public void Report(InterfaceName device, BusAddress bus, TimeSpan at, TimeSpan since, ulong? txPackets) =>
        Change(device, bus, state => state with
        {
            Reports = state.Reports + 1,
            Last = at,
            Since = since,
            TxPackets = txPackets,
        });

    /// <summary>Records that a command to the device begins.</summary>
    public void Acting(InterfaceName device, BusAddress bus, TimeSpan at) => Change(device, bus, state => state with
    {
        ActingSince = state.IsAftermath(at) ? state.ActingSince : at,
        ActedAt = null,
    });

    /// <summary>Records that the command has returned.</summary>
    public void Acted(InterfaceName device, BusAddress bus, TimeSpan at) =>
        Change(device, bus, state => state with { ActedAt = at });

    /// <summary>Records that the hang is verified to be over.</summary>
    public void Healed(InterfaceName device, BusAddress bus, TimeSpan at) =>
        Change(device, bus, state => state with { HealedAt = at });

    /// <summary>True if the last report is at most <see cref="HangTiming.Fresh"/> old.</summary>
    public bool IsFresh(InterfaceName device, BusAddress bus, TimeSpan now) => IsFresh(Of(device, bus), now);

    public DeviceHangState Of(InterfaceName device, BusAddress bus) => _devices.GetValueOrDefault((device, bus));

    /// <summary>
    /// True if another device began to hang at about the same time and still hangs: the cause is then a switch or a
    /// power supply rather than a NIC.
    /// </summary>
    public bool IsAmbiguous(InterfaceName device, BusAddress bus, TimeSpan now)
    {
        var mine = Of(device, bus);
        foreach (var (other, state) in _devices)
        {
            // The same hardware under an earlier name is no other device.
            var isOther = other != (device, bus) && (bus.IsEmpty || other.Bus != bus);
            if (isOther && IsFresh(state, now) && (state.Since - mine.Since).Duration() <= HangTiming.Fresh)
                return true;
        }
        return false;
    }

    private static bool IsFresh(in DeviceHangState state, TimeSpan now) =>
        state.Reports > 0 && now - state.Last <= HangTiming.Fresh;

    private void Change(InterfaceName device, BusAddress bus, Func<DeviceHangState, DeviceHangState> change) =>
        _devices.AddOrUpdate((device, bus), (_, update) => update(default), (_, state, update) => update(state),
            change);
}
