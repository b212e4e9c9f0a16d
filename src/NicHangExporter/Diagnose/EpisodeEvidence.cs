using NicHangExporter.Detection.Episodes;

namespace NicHangExporter.Diagnose;

/// <summary>
/// Determines the shape of one episode from its messages. The core and the driver report one hang in several lines,
/// each with another row of the table or another queue, sometimes seconds apart. Only a later message of the same row
/// about the same queue is a repetition. Without times the order in time is unknown, except for durations in the
/// messages themselves.
/// </summary>
internal sealed class EpisodeEvidence
{
    /// <summary>Reports within this time may be about one hang.</summary>
    private static readonly TimeSpan SameMoment = TimeSpan.FromSeconds(1);

    /// <summary>
    /// A driver that recovers does so within this time: the core's watchdog reports every 5 s, mlx5 every 15 s.
    /// </summary>
    private static readonly TimeSpan Lasting = TimeSpan.FromSeconds(30);

    private readonly Dictionary<(string Row, int Queue), TimeSpan> _first = [];
    private readonly Dictionary<(string Row, int Queue), DeviceLogSummary.Statement> _latest = [];
    private readonly Dictionary<int, DeviceLogSummary.Statement> _elapsed = [];
    private readonly Dictionary<int, ulong> _stuck = [];
    private readonly TimeSpan _start;
    private TimeSpan _last;
    private TimeSpan _longestElapsed;
    private TimeSpan? _hangingSince;
    private bool _recovered;
    private bool _goesOn;
    private TimeSpan _hanging;

    /// <param name="start">The time of its first message.</param>
    public EpisodeEvidence(TimeSpan start) => _start = _last = start;

    /// <summary>True if a hang is reported, not only a reset.</summary>
    public bool HasReport { get; private set; }

    /// <summary>
    /// The time from the first message to the last, or the time without transmission on which the reports agree: a
    /// lower bound of the outage.
    /// </summary>
    public TimeSpan Duration => _last - _start > _longestElapsed ? _last - _start : _longestElapsed;

    /// <summary>The shape of the episode, as far as the log shows it.</summary>
    public HangShape Shape =>
        _goesOn && _hanging >= Lasting ? HangShape.Wedge
        : _recovered ? HangShape.Flap
        : _goesOn ? HangShape.Wedge
        : HangShape.Unknown;

    /// <summary>True if the message belongs to this episode.</summary>
    public bool Continues(in DeviceLogSummary.Statement statement, TimeSpan gap) =>
        statement.At - _last <= gap
        || _elapsed.TryGetValue(statement.Queue, out var before) && Grows(before, statement);

    /// <summary>Adds the next message.</summary>
    public void Observe(in DeviceLogSummary.Statement statement)
    {
        if (statement.IsReport) Report(statement);
        if (statement.IsReset || statement.IsRecovery || statement.DriverResets) Recover();
        // Timestamps of different CPUs are not strictly ordered. Never go back.
        if (statement.At > _last) _last = statement.At;
    }

    private void Report(in DeviceLogSummary.Statement statement)
    {
        HasReport = true;
        if (HasMoved(statement)) Recover();
        _hangingSince ??= statement.At;
        var key = (statement.Row, statement.Queue);
        var isRepetition = _first.TryGetValue(key, out var first) && statement.At - first >= SameMoment;
        var grown = _latest.TryGetValue(key, out var before) && Grows(before, statement);
        var isStuck =
            statement.StuckSince != 0
            && _stuck.TryGetValue(statement.Queue, out var packet)
            && packet == statement.StuckSince;
        if (isRepetition || grown || isStuck)
        {
            _goesOn = true;
            _hanging = statement.At - _hangingSince.Value;
        }
        if (grown)
        {
            var elapsed = TimeSpan.FromMilliseconds(statement.Milliseconds);
            if (elapsed > _longestElapsed) _longestElapsed = elapsed;
            if (elapsed > _hanging) _hanging = elapsed;
        }
        _first.TryAdd(key, statement.At);
        _latest[key] = statement;
        if (statement.Milliseconds >= 0) _elapsed[statement.Queue] = statement;
        if (statement.StuckSince != 0) _stuck[statement.Queue] = statement.StuckSince;
    }

    /// <summary>Later reports are about another hang.</summary>
    private void Recover()
    {
        _recovered = true;
        _hangingSince = null;
        _goesOn = false;
        _hanging = TimeSpan.Zero;
        _first.Clear();
        _latest.Clear();
        _elapsed.Clear();
        _stuck.Clear();
    }

    /// <summary>True if the queue has sent packets since the previous report.</summary>
    private bool HasMoved(in DeviceLogSummary.Statement now)
    {
        if (now.StuckSince != 0 && _stuck.TryGetValue(now.Queue, out var packet) && packet != now.StuckSince)
            return true;
        if (now.Milliseconds < 0 || !_elapsed.TryGetValue(now.Queue, out var before)) return false;
        // The transmission that the report refers to is later than the previous report. One second covers the rounding
        // of both values. Without times, the value of a stuck queue at least never decreases.
        var fallen = before.Milliseconds - now.Milliseconds;
        return (now.At - before.At).TotalMilliseconds > now.Milliseconds + 1000
            || fallen > (before.Row == now.Row ? 0 : 1000);
    }

    // The kernel's value is rounded to jiffies and can be invalid, so an increase must match the clock, if the log has
    // times.
    private static bool Grows(in DeviceLogSummary.Statement before, in DeviceLogSummary.Statement now)
    {
        var grown = now.Milliseconds - before.Milliseconds;
        if (before.Milliseconds < 0 || now.Milliseconds < 0 || grown < SameMoment.TotalMilliseconds) return false;
        var elapsed = (now.At - before.At).TotalMilliseconds;
        return elapsed <= 0 || Math.Abs(grown - elapsed) <= Math.Max(2000, elapsed / 10);
    }
}
