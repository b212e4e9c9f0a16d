using System.Collections.Immutable;
using NicHangExporter.Metrics;
using NicHangExporter.Options;
using NicHangExporter.Remediation.Journaling;
using NicHangExporter.Remediation.Policy;

namespace NicHangExporter.Remediation;

/// <summary>What is shown of a device that is not in its record.</summary>
/// <param name="Device">Its name.</param>
/// <param name="Drifted">Settings of it that are not as decided.</param>
/// <param name="Stages">The stages of its driver's ladder; none where there is no ladder.</param>
/// <param name="IsHere">It is here, and watched or named in remediation.devices: it is told whether it is protected.</param>
/// <param name="NotProtected">Why automatic remediation does not act on it; null where it does.</param>
internal readonly record struct ShownDevice(
    string Device, int Drifted, ImmutableArray<string> Stages, bool IsHere = false, NotProtected? NotProtected = null)
{
    /// <summary>True for a device whose other metrics have no series now: it has none here either, as long as nothing was done to it.</summary>
    public bool IsHidden { get; init; }
}

/// <summary>Shows the state of the door in metrics, every series of a known device from the start. On the lane's thread.</summary>
internal sealed class RemediationPublisher(ExporterOptions options, ExporterMetrics metrics, TimeProvider clock)
{
    private static readonly RemediationVerdict[] Failures =
        [RemediationVerdict.NotHealed, RemediationVerdict.DidNotHold, RemediationVerdict.RolledBack, RemediationVerdict.RollbackFailed, RemediationVerdict.Failed, RemediationVerdict.DeviceGone];

    // Which hardware a name's series belong to: other hardware of that name must not go on from its counts.
    private readonly Dictionary<string, string> _published = [];

    // Drift has the greatest mode of all triggers. What only a person at the console can do is counted from the first time on: that person sees what came of it.
    private bool IsOn => options.Remediation.Mode(RemediationTrigger.Drift) != RemediationMode.Off;

    // The label reason of a device's only series of nichang_remediation_allowed.
    private readonly Dictionary<string, string> _reasons = [];

    /// <summary>What does not depend on devices.</summary>
    public void PublishModes()
    {
        foreach (var trigger in new[] { RemediationTrigger.Local, RemediationTrigger.Webhook, RemediationTrigger.Api })
        {
            metrics.RemediationMode.WithLabels(SnakeCase.Of(trigger), SnakeCase.Of(options.Remediation.Mode(trigger))).Set(1);
            // The first refusal must be an increase: an alert sees none where a series begins at 1.
            if (options.Remediation.Mode(trigger) != RemediationMode.Off)
                foreach (var reason in Enum.GetValues<DeclineReason>())
                    metrics.RemediationDeclined.WithLabels(SnakeCase.Of(trigger), SnakeCase.Of(reason)).Publish();
            if (options.Remediation.Mode(trigger) != RemediationMode.Off && trigger != RemediationTrigger.Local)
                foreach (var verdict in new[] { RemediationVerdict.NothingToDo, RemediationVerdict.Observed })
                    metrics.RemediationRepeats.WithLabels(SnakeCase.Of(trigger), SnakeCase.Of(verdict)).Publish();
        }
        if (IsOn)
            metrics.RemediationDuration.Publish();
    }

    /// <summary>All devices, by key and name.</summary>
    public void Publish(IReadOnlyDictionary<string, ShownDevice> devices, RemediationStore ledger, bool paused)
    {
        foreach (var (name, key) in _published.ToList())
            if (!devices.TryGetValue(key, out var now) || now.Device != name)
                Remove(name);
        var (state, age) = (ledger.State, ledger.Age);
        metrics.RemediationPaused.Set(paused ? 1 : 0);
        metrics.RemediationHostBudgetLeft.Set(Math.Max(0, options.Remediation.HostBudget - state.SpentAt(age)));
        foreach (var (key, shown) in devices)
        {
            if (shown.IsHidden && state.Device(key) is { Counts.Count: 0, Last: null })
                continue;
            _published[shown.Device] = key;
            Publish(shown, state.Device(key), age, state.UnknownUntil);
        }
    }

    // One series, whatever the reason: another one takes the place of the former.
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

    private void Publish(ShownDevice shown, DeviceRecord record, double age, double unknownUntil)
    {
        var device = shown.Device;
        PublishProtection(shown);
        // Series of what is switched off would be noise; what has happened all the same is shown.
        foreach (var trigger in Enum.GetValues<RemediationTrigger>())
        {
            var name = SnakeCase.Of(trigger);
            var mode = options.Remediation.Mode(trigger);
            if ((trigger == RemediationTrigger.Cli || mode == RemediationMode.Off || (trigger, mode) == (RemediationTrigger.Drift, RemediationMode.Observe)) && record.Count($"attempts/{name}") == 0)
                continue;
            metrics.RemediationAttempts.WithLabels(device, name).IncTo(record.Count($"attempts/{name}"));
            foreach (var verdict in Enum.GetValues<RemediationVerdict>())
            {
                var count = record.Count($"outcomes/{name}/{SnakeCase.Of(verdict)}");
                if (CanEndAs(verdict, mode) || count > 0)
                    metrics.RemediationOutcomes.WithLabels(device, name, SnakeCase.Of(verdict)).IncTo(count);
            }
        }
        foreach (var failure in Failures)
        {
            var count = Enum.GetValues<RemediationTrigger>().Sum(trigger => record.Count($"outcomes/{SnakeCase.Of(trigger)}/{SnakeCase.Of(failure)}"));
            if (IsOn || count > 0)
                metrics.RemediationFailures.WithLabels(device, SnakeCase.Of(failure)).IncTo(count);
        }
        if (IsOn)
        {
            metrics.RemediationFailures.WithLabels(device, "timeout").Inc(0);
            foreach (var stage in shown.Stages)
                metrics.RemediationRecurrences.WithLabels(device, stage).Publish();
        }
        foreach (var (name, count) in record.Counts)
            if (name.StartsWith("recurrences/", StringComparison.Ordinal))
                metrics.RemediationRecurrences.WithLabels(device, name["recurrences/".Length..]).IncTo(count);
        metrics.RemediationStage.WithLabels(device).Set(record.Stage + 1 ?? 0);
        metrics.RemediationLast.WithLabels(device).Set(Epoch(record.Last?.Time));
        metrics.RemediationLastSuccess.WithLabels(device).Set(Epoch(record.LastSuccess));
        metrics.RemediationBudgetLeft.WithLabels(device).Set(Math.Max(0, options.Remediation.DeviceBudget - record.SpentAt(age)));
        var until = Math.Max(record.CooldownUntil, unknownUntil);
        metrics.RemediationCooldownUntil.WithLabels(device).Set(until > age ? Math.Round(Epoch(clock.GetUtcNow()) + until - age, 0) : 0);
        metrics.RemediationQuarantined.WithLabels(device).Set(record.Quarantined ? 1 : 0);
        metrics.FeatureDrift.WithLabels(device).Set(shown.Drifted);
        metrics.LastEpisodeEnd.WithLabels(device).Set(Epoch(record.LastEpisode?.End));
        metrics.LastEpisodeOutage.WithLabels(device).Set(record.LastEpisode?.OutageSeconds ?? 0);
    }

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
        foreach (var counter in new[] { metrics.RemediationAttempts, metrics.RemediationOutcomes, metrics.RemediationFailures, metrics.RemediationRecurrences })
            foreach (var labels in counter.GetAllLabelValues().Where(labels => labels[0] == device).ToList())
                counter.RemoveLabelled(labels);
        foreach (var gauge in new[]
        {
            metrics.RemediationStage, metrics.RemediationLast, metrics.RemediationLastSuccess, metrics.RemediationBudgetLeft,
            metrics.RemediationCooldownUntil, metrics.RemediationQuarantined, metrics.FeatureDrift, metrics.LastEpisodeEnd, metrics.LastEpisodeOutage,
        })
            gauge.RemoveLabelled(device);
    }

    private static double Epoch(DateTimeOffset? time) => time?.ToUnixTimeMilliseconds() / 1000.0 ?? 0;
}
