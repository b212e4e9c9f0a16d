namespace NicHangExporter.Detection.Episodes;

/// <summary>
/// Judges whether the driver recovers a device by its own resets. Remediation waits while it does. Times are since
/// boot.
/// </summary>
internal sealed class DriverRecovery
{
    /// <summary>Drivers reset the adapter when the core's watchdog fires: five to ten seconds after the last
    /// packet.</summary>
    private static readonly TimeSpan RecoveryTimeout = TimeSpan.FromSeconds(10);

    /// <summary>Drivers repeat a report every two to five seconds.</summary>
    private static readonly TimeSpan Quiet = TimeSpan.FromSeconds(6);

    /// <summary>After so many resets without a packet in between, the driver's resets do not help.</summary>
    private const int MaxUselessResets = 2;

    private bool _lastEpisodeWasFlap;
    private ulong? _sentAtLastReset;
    private int _uselessResets;

    /// <summary>
    /// Whether the driver has reset the adapter by itself, in this episode or in the last one, and that still helps. It
    /// does not help if the hang goes on for longer than a driver takes, or if nothing is sent.
    /// </summary>
    public bool IsRecovering(in HangEpisode? episode, TxVerdict? transmitter) =>
        (episode is { Resets: > 0 } or { Recoveries: > 0 } || _lastEpisodeWasFlap)
        && transmitter != TxVerdict.Stalled
        && _uselessResets < MaxUselessResets
        && !(episode is { UnansweredSince: { } since, LastReport: { } last } && last - since >= RecoveryTimeout);

    /// <summary>Whether the driver has answered the last report, or the reports have stopped.</summary>
    public static bool IsRecoveredOrQuiet(in HangEpisode? episode, TimeSpan now) =>
        episode is not { UnansweredSince: not null, LastReport: { } last } || now - last >= Quiet;

    /// <summary>
    /// Adds a reset of the driver. The stall detector can't judge resets that follow each other, because it starts
    /// again whenever the link comes back.
    /// </summary>
    /// <param name="sent">Packets sent so far; null if unknown.</param>
    public void ObserveReset(ulong? sent)
    {
        _uselessResets = sent is not null && sent == _sentAtLastReset ? _uselessResets + 1 : 0;
        _sentAtLastReset = sent;
    }

    /// <summary>Forgets the resets of an episode that ends.</summary>
    public void ForgetResets() => (_sentAtLastReset, _uselessResets) = (null, 0);

    /// <summary>Remembers the shape of a live episode that ended.</summary>
    public void ObserveEnd(HangShape shape) => _lastEpisodeWasFlap = shape == HangShape.Flap;
}
