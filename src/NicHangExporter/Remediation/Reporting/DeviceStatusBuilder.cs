using NicHangExporter.Options;
using NicHangExporter.Remediation.Execution;
using NicHangExporter.Remediation.Journaling;
using NicHangExporter.Remediation.Policy;

namespace NicHangExporter.Remediation.Reporting;

/// <summary>Builds the status of one device from its record and its current facts. On the worker thread.</summary>
internal sealed class DeviceStatusBuilder(
    ExporterOptions options, RemediationStore store, HangProbe probe, AllowedDevices allowed, DriftCorrector drift,
    ProcessCapabilities capabilities)
{
    public DeviceStatus Of(DeviceFacts facts, DeviceRecord record, bool isWatched, PauseState pause) =>
        Complete(new DeviceStatus(facts.Name.ToString(), facts.Bus.ToString(), facts.Driver)
        {
            Present = true,
            Watched = isWatched,
            Listed = allowed.IsListed(facts),
            NotProtected = Protection.Of(facts, InputOf(facts, record, isWatched, pause)),
            NotAllowed = allowed.WhyNot(facts),
            Hung = probe.IsHung(facts),
        }, facts.Key, record);

    /// <summary>The status of a device that has a record and is not there.</summary>
    public DeviceStatus OfAbsent(string key, DeviceRecord record) =>
        Complete(new DeviceStatus(record.Device, DeviceFacts.BusOf(key), record.Driver)
        {
            NotAllowed = DeclineReason.UnknownDevice,
        }, key, record);

    private DeviceStatus Complete(DeviceStatus status, string key, DeviceRecord record) => status with
    {
        Profile = record.Profile,
        Desired = [.. record.Desired],
        Drifted = drift.Of(key),
        // Rounded up: with half a second left it still cools down.
        Cooldown = Math.Ceiling(Math.Max(0, Math.Max(record.CooldownUntil, store.State.UnknownUntil) - store.Age)),
        BudgetLeft = Math.Max(0, options.Remediation.DeviceBudget - record.SpentAt(store.Age)),
        Quarantined = record.Quarantined,
        Last = record.Last,
        LastEpisode = record.LastEpisode,
    };

    private ProtectionInput InputOf(DeviceFacts facts, DeviceRecord record, bool isWatched, PauseState pause) => new()
    {
        Local = options.Remediation.Local,
        Webhook = options.Remediation.Webhook,
        DetectsHangs = options.Collectors.DetectsHangs,
        HasToken = options.Api.HasRemediateToken,
        IsWatched = isWatched,
        IsAllowed = allowed.Contains(facts),
        HasList = allowed.IsListGiven,
        HasRemedy = allowed.HasRemedy(facts),
        IsCapable = capabilities.HasNetAdmin,
        IsJournalWritable = store.IsWritable,
        IsPaused = pause.IsPaused,
        IsQuarantined = record.Quarantined,
    };
}
