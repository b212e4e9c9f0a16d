using NicHangExporter.Detection.Episodes;

namespace NicHangExporter.Diagnose;

/// <summary>
/// What the messages of one episode prove. The core and the driver report one hang in several lines, with a different row
/// of the table or another queue each, at times seconds apart: only the same row about the same queue, later, is a
/// repetition. Without times nothing is later, save what the messages say of time themselves.
/// </summary>
internal sealed class EpisodeEvidence
{
    /// <summary>Reports this close together may be one hang.</summary>
    private static readonly TimeSpan SameMoment = TimeSpan.FromSeconds(1);

    /// <summary>A driver that recovers has done so by then: the core's watchdog asks it every 5 s, mlx5 every 15 s.</summary>
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

    /// <summary>Begins an episode.</summary>
    /// <param name="start">The time of its first message.</param>
    public EpisodeEvidence(TimeSpan start) => _start = _last = start;

    /// <summary>True where a hang is reported, and not only a reset.</summary>
    public bool HasReport { get; private set; }

    /// <summary>
    /// From the first message to the last, or as long as the reports agree that nothing was sent: a lower bound of the outage.
    /// </summary>
    public TimeSpan Duration => _last - _start > _longestElapsed ? _last - _start : _longestElapsed;

    /// <summary>What kind of trouble it is, as far as the log can know.</summary>
    public HangShape Shape =>
        _goesOn && _hanging >= Lasting ? HangShape.Wedge
        : _recovered ? HangShape.Flap
        : _goesOn ? HangShape.Wedge
        : HangShape.Unknown;

    /// <summary>True where the message belongs to this episode.</summary>
    public bool Continues(in DeviceLogSummary.Statement statement, TimeSpan gap) =>
        statement.At - _last <= gap || _elapsed.TryGetValue(statement.Queue, out var before) && Grows(before, statement);

    /// <summary>Takes in the next message.</summary>
    public void Observe(in DeviceLogSummary.Statement statement)
    {
        if (statement.IsReport) Report(statement);
        if (statement.IsReset || statement.IsRecovery || statement.DriverResets) Recover();
        // Stamps of different CPUs are not strictly ordered: never go back.
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
        var isStuck = statement.StuckSince != 0 && _stuck.TryGetValue(statement.Queue, out var packet) && packet == statement.StuckSince;
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

    /// <summary>What is reported from now on is another hang.</summary>
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

    /// <summary>True where the queue has sent something since the report before.</summary>
    private bool HasMoved(in DeviceLogSummary.Statement now)
    {
        if (now.StuckSince != 0 && _stuck.TryGetValue(now.Queue, out var packet) && packet != now.StuckSince) return true;
        if (now.Milliseconds < 0 || !_elapsed.TryGetValue(now.Queue, out var before)) return false;
        // The transmission that the report counts from came after the report before: one second for the rounding of both.
        // Without times, the value of a queue at least never falls while it is stuck.
        var fallen = before.Milliseconds - now.Milliseconds;
        return (now.At - before.At).TotalMilliseconds > now.Milliseconds + 1000 || fallen > (before.Row == now.Row ? 0 : 1000);
    }

    // The kernel's value is rounded to jiffies and can be garbage: growth has to agree with the clock, where there is one.
    private static bool Grows(in DeviceLogSummary.Statement before, in DeviceLogSummary.Statement now)
    {
        var grown = now.Milliseconds - before.Milliseconds;
        if (before.Milliseconds < 0 || now.Milliseconds < 0 || grown < SameMoment.TotalMilliseconds) return false;
        var elapsed = (now.At - before.At).TotalMilliseconds;
        return elapsed <= 0 || Math.Abs(grown - elapsed) <= Math.Max(2000, elapsed / 10);
    }
}
