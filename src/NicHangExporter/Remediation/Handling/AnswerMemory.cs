using NicHangExporter.Linux;
using NicHangExporter.Metrics;
using NicHangExporter.Remediation.Execution;
using NicHangExporter.Remediation.Journaling;
using NicHangExporter.Remediation.Policy;
using NicHangExporter.Text;

namespace NicHangExporter.Remediation.Handling;

/// <summary>
/// Remembers recent answers, so that the same answer to the same caller is not written to journal and log again and
/// again: a client that repeats a request in a loop would else fill the journal. On the worker thread.
/// </summary>
internal sealed class AnswerMemory(RemediationStore store, ExporterMetrics metrics)
{
    /// <summary>
    /// How often the same answer to the same external caller about the same device is recorded, in seconds.
    /// </summary>
    private const double Interval = 60;

    /// <summary>The number of answers above which expired ones are forgotten.</summary>
    private const int MaxAnswers = 4096;

    // The last answer to the local loop for each device. It submits a request with each report.
    private readonly Dictionary<string, (string? Episode, DeclineReason? Declined)> _internal = [];

    // When each answer to an external caller was recorded, in seconds since boot.
    private readonly Dictionary<string, double> _external = [];

    /// <summary>True if the answer is recorded already; else it counts as recorded from now on.</summary>
    /// <param name="request">The request.</param>
    /// <param name="key"><see cref="Execution.DeviceFacts.Key"/>.</param>
    /// <param name="verdict">The answer.</param>
    /// <param name="reason">Why it is declined; null if it is not.</param>
    public bool IsRepetition(
        RemediationRequest request, string key, RemediationVerdict verdict, DeclineReason? reason = null) =>
        request.IsInternal ? IsRepeatedInternally(request, key, reason)
            : IsRepeatedExternally(request, key, verdict, reason);

    // Once for each reason within an episode.
    private bool IsRepeatedInternally(RemediationRequest request, string key, DeclineReason? reason)
    {
        var place = $"{request.Trigger} {key}";
        var answer = (request.Episode, reason);
        if (_internal.TryGetValue(place, out var before) && before == answer)
            return true;
        _internal[place] = answer;
        return false;
    }

    private bool IsRepeatedExternally(
        RemediationRequest request, string key, RemediationVerdict verdict, DeclineReason? reason)
    {
        var answer = $"{request.Trigger} {request.Actor} {key} {verdict} {reason}";
        if (_external.TryGetValue(answer, out var before) && store.Uptime - before < Interval)
        {
            // Declined requests have a counter by reason.
            if (reason is null)
                metrics.RemediationRepeats.WithLabels(SnakeCase.Of(request.Trigger), SnakeCase.Of(verdict)).Inc();
            return true;
        }
        if (_external.Count >= MaxAnswers)
            foreach (var (other, at) in _external.ToList())
                if (store.Uptime - at >= Interval)
                    _external.Remove(other);
        _external[answer] = store.Uptime;
        return false;
    }
}
