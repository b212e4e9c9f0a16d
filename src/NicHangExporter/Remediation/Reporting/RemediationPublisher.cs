using NicHangExporter.Metrics;
using NicHangExporter.Options;
using NicHangExporter.Remediation.Journaling;
using NicHangExporter.Remediation.Policy;
using NicHangExporter.Text;

namespace NicHangExporter.Remediation.Reporting;

/// <summary>
/// Publishes the state of remediation as metrics. Each series of a known device exists from the start. On the worker
/// thread.
/// </summary>
internal sealed class RemediationPublisher(ExporterOptions options, ExporterMetrics metrics, TimeProvider clock)
{
    private static readonly RemediationVerdict[] Failures =
    [
        RemediationVerdict.NotHealed, RemediationVerdict.DidNotHold, RemediationVerdict.RolledBack,
        RemediationVerdict.RollbackFailed, RemediationVerdict.Failed, RemediationVerdict.DeviceGone,
    ];

    private static readonly RemediationVerdict[] Verdicts = Enum.GetValues<RemediationVerdict>();

    private static readonly RemediationTrigger[] Triggers = Enum.GetValues<RemediationTrigger>();

    private static readonly RemediationTrigger[] Configurable =
        [RemediationTrigger.Local, RemediationTrigger.Webhook, RemediationTrigger.Api];

    // The key of the hardware behind each name: other hardware of that name must not continue its counters.
    private readonly Dictionary<string, string> _published = [];

    // The label reason of each device's only series of nichang_remediation_allowed.
    private readonly Dictionary<string, string> _reasons = [];

    // The mode of drift is the greatest mode of all triggers. The console is not among them: its counters begin with
    // the first request.
    private bool IsOn => options.Remediation.Mode(RemediationTrigger.Drift) != RemediationMode.Off;

    /// <summary>Publishes what does not depend on devices.</summary>
    public void PublishModes()
    {
        foreach (var trigger in Configurable)
        {
            var (name, mode) = (SnakeCase.Of(trigger), options.Remediation.Mode(trigger));
            metrics.RemediationMode.WithLabels(name, SnakeCase.Of(mode)).Set(1);
            if (mode == RemediationMode.Off)
                continue;
            // The first declined request must be an increase: an alert sees none if a series begins at 1.
            foreach (var reason in Enum.GetValues<DeclineReason>())
                metrics.RemediationDeclined.WithLabels(name, SnakeCase.Of(reason)).Publish();
            if (trigger != RemediationTrigger.Local)
                foreach (var verdict in new[] { RemediationVerdict.NothingToDo, RemediationVerdict.Observed })
                    metrics.RemediationRepeats.WithLabels(name, SnakeCase.Of(verdict)).Publish();
        }
        if (IsOn)
            metrics.RemediationDuration.Publish();
    }

    /// <summary>Publishes whether a kill switch is set. Any thread may call.</summary>
    public void PublishPause(bool isSet) => metrics.RemediationPaused.Set(isSet ? 1 : 0);

    /// <summary>Publishes all devices, by key, and removes the series of all others.</summary>
    public void Publish(IReadOnlyDictionary<string, ShownDevice> devices, RemediationStore store)
    {
        foreach (var (name, key) in _published.ToList())
            if (!devices.TryGetValue(key, out var now) || now.Device != name)
                Remove(name);
        var (state, age) = (store.State, store.Age);
        metrics.RemediationHostBudgetLeft.Set(Math.Max(0, options.Remediation.HostBudget - state.SpentAt(age)));
        foreach (var (key, shown) in devices)
        {
            var record = state.Device(key);
            if (shown.IsHidden && record is { Counts.Count: 0, Last: null })
                continue;
            _published[shown.Device] = key;
            PublishProtection(shown);
            PublishCounts(shown, record);
            PublishState(shown, record, age, state.UnknownUntil);
        }
    }

    // A device has one series, with the current reason.
    private void PublishProtection(ShownDevice shown)
    {
        var reason = shown.NotProtected is { } why ? SnakeCase.Of(why) : "";
        if (_reasons.TryGetValue(shown.Device, out var before) && (!shown.IsHere || before != reason))
        {
            metrics.RemediationAllowed.RemoveLabelled(shown.Device, before);
            _reasons.Remove(shown.Device);
        }
        if (!shown.IsHere)
            return;
        _reasons[shown.Device] = reason;
        metrics.RemediationAllowed.WithLabels(shown.Device, reason).Set(reason.Length == 0 ? 1 : 0);
    }

    private void PublishCounts(ShownDevice shown, DeviceRecord record)
    {
        var device = shown.Device;
        foreach (var trigger in Triggers)
            PublishTrigger(device, record, trigger);
        foreach (var failure in Failures)
        {
            var count = Triggers.Sum(trigger => Outcomes(record, SnakeCase.Of(trigger), failure));
            if (IsOn || count > 0)
                metrics.RemediationFailures.WithLabels(device, SnakeCase.Of(failure)).IncTo(count);
        }
        if (IsOn)
        {
            // Counted in memory only: the journal has no entry for a timeout.
            metrics.RemediationFailures.WithLabels(device, "timeout").Publish();
            foreach (var stage in shown.Stages)
                metrics.RemediationRecurrences.WithLabels(device, stage).Publish();
        }
        foreach (var (name, count) in record.Counts)
            if (name.StartsWith("recurrences/", StringComparison.Ordinal))
                metrics.RemediationRecurrences.WithLabels(device, name["recurrences/".Length..]).IncTo(count);
    }

    // A trigger that is off has no series, unless there were attempts.
    private void PublishTrigger(string device, DeviceRecord record, RemediationTrigger trigger)
    {
        var (name, mode) = (SnakeCase.Of(trigger), options.Remediation.Mode(trigger));
        var isOff = trigger == RemediationTrigger.Cli || mode == RemediationMode.Off
            || (trigger, mode) == (RemediationTrigger.Drift, RemediationMode.Observe);
        var attempts = record.Count($"attempts/{name}");
        if (isOff && attempts == 0)
            return;
        metrics.RemediationAttempts.WithLabels(device, name).IncTo(attempts);
        foreach (var verdict in Verdicts)
        {
            var count = Outcomes(record, name, verdict);
            if (CanEndAs(verdict, mode) || count > 0)
                metrics.RemediationOutcomes.WithLabels(device, name, SnakeCase.Of(verdict)).IncTo(count);
        }
    }

    private void PublishState(ShownDevice shown, DeviceRecord record, double age, double unknownUntil)
    {
        var device = shown.Device;
        var until = Math.Max(record.CooldownUntil, unknownUntil);
        var cooldown = until > age ? Math.Round(Epoch(clock.GetUtcNow()) + until - age, 0) : 0;
        metrics.RemediationStage.WithLabels(device).Set(record.Stage + 1 ?? 0);
        metrics.RemediationLast.WithLabels(device).Set(Epoch(record.Last?.Time));
        metrics.RemediationLastSuccess.WithLabels(device).Set(Epoch(record.LastSuccess));
        metrics.RemediationBudgetLeft.WithLabels(device).Set(Math.Max(0,
            options.Remediation.DeviceBudget - record.SpentAt(age)));
        metrics.RemediationCooldownUntil.WithLabels(device).Set(cooldown);
        metrics.RemediationQuarantined.WithLabels(device).Set(record.Quarantined ? 1 : 0);
        metrics.FeatureDrift.WithLabels(device).Set(shown.Drifted);
        metrics.LastEpisodeEnd.WithLabels(device).Set(Epoch(record.LastEpisode?.End));
        metrics.LastEpisodeOutage.WithLabels(device).Set(record.LastEpisode?.OutageSeconds ?? 0);
    }

    private static long Outcomes(DeviceRecord record, string trigger, RemediationVerdict verdict) =>
        record.Counts.Count == 0 ? 0 : record.Count($"outcomes/{trigger}/{SnakeCase.Of(verdict)}");

    private static bool CanEndAs(RemediationVerdict verdict, RemediationMode mode) => verdict switch
    {
        RemediationVerdict.Declined or RemediationVerdict.DryRun => false,
        RemediationVerdict.Observed => mode == RemediationMode.Observe,
        _ => true,
    };

    private void Remove(string device)
    {
        _published.Remove(device);
        if (_reasons.Remove(device, out var reason))
            metrics.RemediationAllowed.RemoveLabelled(device, reason);
        foreach (var counter in new[]
        {
            metrics.RemediationAttempts, metrics.RemediationOutcomes, metrics.RemediationFailures,
            metrics.RemediationRecurrences,
        })
            foreach (var labels in counter.GetAllLabelValues().Where(labels => labels[0] == device))
                counter.RemoveLabelled(labels);
        foreach (var gauge in new[]
        {
            metrics.RemediationStage, metrics.RemediationLast, metrics.RemediationLastSuccess,
            metrics.RemediationBudgetLeft, metrics.RemediationCooldownUntil, metrics.RemediationQuarantined,
            metrics.FeatureDrift, metrics.LastEpisodeEnd, metrics.LastEpisodeOutage,
        })
            gauge.RemoveLabelled(device);
    }

    private static double Epoch(DateTimeOffset? time) => time?.ToUnixTimeMilliseconds() / 1000.0 ?? 0;
}
