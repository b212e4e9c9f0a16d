using NicHangExporter.Remediation.Journaling;

namespace NicHangExporter.Api.Alertmanager;

/// <summary>
/// Remembers the last verdicts that were logged: Alertmanager repeats each alert for as long as it fires, and whenever
/// another one joins its group. Any thread may ask.
/// </summary>
internal sealed class RecentAlertLog(int most)
{
    private readonly Lock _gate = new();
    private readonly HashSet<(AlertKey, AlertVerdict)> _said = [];
    private readonly Queue<(AlertKey, AlertVerdict)> _order = [];

    /// <summary>True the first time; and again after it was forgotten.</summary>
    public bool IsNews((AlertKey, AlertVerdict) verdict)
    {
        lock (_gate)
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
