using NicHangExporter.Remediation.Journaling;

namespace NicHangExporter.Api.Alertmanager;

/// <summary>
/// Remembers the verdicts that were logged last: Alertmanager repeats each alert while it fires, and when another alert
/// joins its group. Thread-safe.
/// </summary>
internal sealed class RecentAlertLog(int most)
{
    private readonly Lock _lock = new();
    private readonly HashSet<(AlertKey, AlertVerdict)> _said = [];
    private readonly Queue<(AlertKey, AlertVerdict)> _order = [];

    /// <summary>True for a verdict that was not logged, or was forgotten since.</summary>
    public bool IsNews((AlertKey, AlertVerdict) verdict)
    {
        lock (_lock)
        {
            if (!_said.Add(verdict))
                return false;
            _order.Enqueue(verdict);
            if (_order.Count > most)
                _said.Remove(_order.Dequeue());
            return true;
        }
    }
}
