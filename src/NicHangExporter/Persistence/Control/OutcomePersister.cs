using System.Collections.Immutable;
using NicHangExporter.Hosting;
using NicHangExporter.Linux;
using NicHangExporter.Metrics;
using NicHangExporter.Options;
using NicHangExporter.Remediation;

namespace NicHangExporter.Persistence.Control;

/// <summary>
/// Option <c>remediation.persist</c>: what a remediation decided for a device is added to its file after it helped.
/// Only a rollback takes settings out of the file, and removes a file that is left without any. The start compares
/// once, because the process may have ended between an outcome and its file. A failure is logged and counted, and not
/// retried before the next outcome or start.
/// </summary>
internal sealed partial class OutcomePersister(
    HostRoot root, ExporterOptions options, Remediator remediator, Persister persister, ExporterMetrics metrics,
    TimeProvider clock, ILogger<OutcomePersister> logger)
{
    private readonly Lock _lock = new();
    private Task _last = Task.CompletedTask;

    /// <summary>Follows the outcomes from now on.</summary>
    public void Start()
    {
        if (options.Remediation.Persist)
            remediator.Ended += OnEnded;
    }

    /// <summary>Compares what was decided before this process started with the files, once.</summary>
    public void Compare()
    {
        if (!options.Remediation.Persist || remediator.Status().Paused)
            return;
        foreach (var device in remediator.Status().Devices)
            if (device.Bus.Length > 0
                && device.Last is { Verdict: RemediationVerdict.Healed or RemediationVerdict.Applied } last)
                Enqueue(device.Device, () => CompareAsync(device, isRollback: last.Rollback == true));
    }

    /// <summary>Ends the work that is running or waits, for as long as the timeout allows.</summary>
    public async Task StopAsync(TimeSpan timeout)
    {
        remediator.Ended -= OnEnded;
        Task last;
        lock (_lock)
            last = _last;
        await Task.WhenAny(last, Task.Delay(timeout, clock));
    }

    // On the thread of the remediator, which must not wait.
    private void OnEnded(EndedRemediation ended)
    {
        var (name, bus) = (ended.Device.ToString(), ended.Bus.ToString());
        if (ended.Verdict is RemediationVerdict.Healed or RemediationVerdict.Applied && bus.Length > 0)
            Enqueue(name, () => SettleAsync(name, bus, ended.TakenBack));
    }

    private void Enqueue(string device, Func<Task> work)
    {
        lock (_lock)
            _last = RunAsync(_last, device, work);
    }

    private async Task RunAsync(Task before, string device, Func<Task> work)
    {
        // Also the first part runs on the pool: it reads files.
        await before.ConfigureAwait(ConfigureAwaitOptions.ForceYielding);
        await TryAsync(device, work);
    }

    // What was decided is read now: another outcome may have followed.
    private async Task SettleAsync(string name, string bus, ImmutableArray<string> takenBack)
    {
        var (desired, files) = (DesiredAt(bus), FilesOf(bus));
        // A person may have persisted more, or the state directory may be lost: what is in a file of ours stays.
        ImmutableArray<string> wanted =
        [
            .. files.Where(file => file.State != PersistedState.Edited).SelectMany(file => file.Settings)
                .Except(takenBack).Union(desired).Order(StringComparer.Ordinal),
        ];
        if (takenBack.IsEmpty
            ? desired.IsEmpty || files.Any(file => file.Covers(desired))
            : files.Any(file => file.Matches(wanted)))
            return;
        if (!wanted.IsEmpty)
            // By name: the ports of some cards share one address.
            LogNotes(name, (await persister.PersistAsync(new PersistOrder(name) { Settings = wanted })).Notes);
        else if (files.Count > 0)
            LogNotes(name, (await persister.UnpersistAsync(bus)).Removed.Notes);
    }

    private async Task CompareAsync(DeviceStatus device, bool isRollback)
    {
        var (desired, files) = (DesiredAt(device.Bus), FilesOf(device.Bus));
        if (!desired.IsEmpty && !files.Any(file => file.Covers(desired)))
        {
            LogBehind(device.Device, string.Join(", ", desired));
            await SettleAsync(device.Device, device.Bus, takenBack: []);
        }
        // The file may also be a person's, made after the rollback: it stays.
        else if (desired.IsEmpty && isRollback && files.Count > 0)
            LogLeftOver(device.Device, files[0].Path, device.Bus);
    }

    private async Task TryAsync(string device, Func<Task> work)
    {
        try
        {
            await work();
        }
        catch (PersistenceException exception)
        {
            if (exception.Error is PersistenceError.NotPossible or PersistenceError.UnknownDevice)
                metrics.PersistFailures.Inc();
            LogFailed(device, exception.Message);
        }
#pragma warning disable CA1031 // The top of the queue: the next outcome must be handled all the same.
        catch (Exception exception)
#pragma warning restore CA1031
        {
            metrics.PersistFailures.Inc();
            LogBroken(exception, device);
        }
    }

    private void LogNotes(string device, ImmutableArray<string> notes)
    {
        foreach (var note in notes)
            LogNote(device, note);
    }

    private ImmutableArray<string> DesiredAt(string bus) => BusAddress.TryParse(bus, out var address)
        ? DecidedSettings.Of(remediator.Status().Devices, HostNic.List(root), address)
        : [];

    private List<PersistedFile> FilesOf(string bus) =>
        [.. PersistenceScan.Read(root).Where(file => file.Bus.ToString() == bus)];

    [LoggerMessage(EventIds.PersistBehind, LogLevel.Warning,
        "Settings of {Device} were decided before this start and are not persisted: {Settings}. They are persisted "
        + "now")]
    private partial void LogBehind(string device, string settings);

    [LoggerMessage(EventIds.PersistLeftOver, LogLevel.Warning,
        "{Device} was rolled back, and {Path} keeps settings off at boot. If nobody wants that: "
        + "nic-hang-exporter unpersist {Bus}")]
    private partial void LogLeftOver(string device, string path, string bus);

    [LoggerMessage(EventIds.PersistNote, LogLevel.Warning, "The persistence file of {Device}: {Note}")]
    private partial void LogNote(string device, string note);

    [LoggerMessage(EventIds.PersistFailed, LogLevel.Error, "The settings of {Device} are not persisted: {Reason}")]
    private partial void LogFailed(string device, string reason);

    [LoggerMessage(EventIds.PersistBroken, LogLevel.Error,
        "Persisting the settings of {Device} met an unexpected error")]
    private partial void LogBroken(Exception exception, string device);
}
