using NicHangExporter.Detection.Patterns;

namespace NicHangExporter.Detection.Episodes;

/// <summary>One observation of trouble, by the kernel log or by the transmit counters.</summary>
/// <param name="Source">Its source.</param>
/// <param name="At">Its time since boot.</param>
internal readonly record struct HangObservation(HangSource Source, TimeSpan At)
{
    /// <summary>It happens now. Replayed observations count but never make an episode active.</summary>
    public bool IsLive { get; init; }

    /// <summary>An earlier process may have counted it already, so it counts with the origin history.</summary>
    public bool IsHistory { get; init; }

    /// <summary>Its time in seconds since the epoch.</summary>
    public double EpochSeconds { get; init; }

    /// <summary>The report also says that the driver resets the adapter.</summary>
    public bool DriverResets { get; init; }

    /// <summary>A report of the driver that pause frames have not caused
    /// (<see cref="NicMessage.IsOwnCheck"/>).</summary>
    public bool IsOwnCheck { get; init; }

    /// <summary>The driver has seen in the registers that its hardware is stuck.</summary>
    public bool ShowsStuckHardware { get; init; }

    /// <summary>It is the effect of an action of this program. A reset then says nothing about the driver.</summary>
    public bool IsAftermath { get; init; }

    /// <summary>It came through syslog(2).</summary>
    public bool BySyslog { get; init; }

    /// <summary>The decoded report of the driver, or null.</summary>
    public HangReport? Report { get; init; }

    /// <summary>A hang report as opposed to a reset, a stall or a pause.</summary>
    public bool IsHangReport => Source is HangSource.Driver or HangSource.Watchdog or HangSource.TxTimeout;
}

/// <summary>What an observation changed.</summary>
/// <param name="Ended">The former episode, if the observation came too late to belong to it.</param>
/// <param name="IsHangNew">A live hang begins, or what was history or a pause so far becomes a live hang.</param>
/// <param name="IsPauseNew">An episode of pause frames begins.</param>
internal readonly record struct ObservationResult(EpisodeEnded? Ended, bool IsHangNew, bool IsPauseNew);

/// <summary>An episode that is over.</summary>
/// <param name="Episode">The whole episode.</param>
/// <param name="WasLive">False if all of it was history.</param>
/// <param name="Id">The name of its bundle; null if it has none.</param>
internal readonly record struct EpisodeEnded(HangEpisode Episode, bool WasLive, string? Id);

/// <summary>What a check of a hang found.</summary>
/// <param name="IsChanged">A series or the saved state has changed.</param>
/// <param name="NeedsRemediation">The hang is confirmed, and the driver does not recover the device now.</param>
/// <param name="IsFirst">It is the first such check of the episode.</param>
internal readonly record struct HangCheck(bool IsChanged, bool NeedsRemediation = false, bool IsFirst = false);
