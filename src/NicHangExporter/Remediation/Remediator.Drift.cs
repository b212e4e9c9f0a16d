using System.Collections.Immutable;
using NicHangExporter.Hosting;
using NicHangExporter.Remediation.Execution;
using NicHangExporter.Remediation.Planning;

namespace NicHangExporter.Remediation;

// What was decided and is no longer so, because a driver or somebody else turned it on again.
internal sealed partial class Remediator
{
    /// <summary>The longest pause between two corrections of a drift that comes back each time: somebody else wants it otherwise.</summary>
    private static readonly TimeSpan LongestDriftPause = TimeSpan.FromHours(1);

    private readonly Dictionary<string, (TimeSpan Pause, TimeSpan Next)> _driftPauses = [];
    private readonly Dictionary<string, ImmutableArray<string>> _drifted = [];
    private TimeSpan _nextDrift;

    private void LookForDrift()
    {
        if (Now < _nextDrift)
            return;
        _nextDrift = Now + _options.Ethtool.Interval;
        foreach (var (key, record) in _ledger.State.Devices)
        {
            if (record.Desired.Count == 0)
            {
                _drifted.Remove(key);
                continue;
            }
            if (Locate(key, record) is not { } facts)
                continue;
            var drifted = RemediationPlan.Drifted(record.Desired, facts);
            _drifted.TryGetValue(key, out var before);
            _drifted[key] = drifted;
            if (drifted.IsEmpty)
                continue;
            if (before.IsDefaultOrEmpty || !before.SequenceEqual(drifted))
                LogDrift(facts.Name.ToString(), string.Join(", ", drifted));
            Correct(key, facts, drifted);
        }
    }

    private void Correct(string key, DeviceFacts facts, ImmutableArray<string> drifted)
    {
        var ladder = _catalogue.Ladder(facts.Driver);
        // What needs a reset to be turned off again waits for a hang or a person: the cure would cut the link.
        ImmutableArray<string> free = [.. drifted.Where(name => name is not ("eee" or "pause") && !(ladder ?? DriverLadder.Unknown).Resets(name))];
        var pause = _driftPauses.GetValueOrDefault(key);
        if (free.IsEmpty || Now < pause.Next || _options.Remediation.Mode(RemediationTrigger.Drift) != RemediationMode.Enforce)
            return;
        // An hour of peace, and the first correction comes at once again.
        var next = Now - pause.Next > LongestDriftPause || pause.Pause == default ? _options.Ethtool.Interval : pause.Pause * 2;
        next = next > LongestDriftPause ? LongestDriftPause : next;
        _driftPauses[key] = (next, Now + next);
        Submit(new RemediationRequest(facts.Name, RemediationTrigger.Drift) { Settings = free, Reason = "turned on again by somebody else" });
    }

    [LoggerMessage(EventIds.DriftFound, LogLevel.Warning, "Settings of {Device} that were turned off are on again: {Settings}")]
    private partial void LogDrift(string device, string settings);
}
