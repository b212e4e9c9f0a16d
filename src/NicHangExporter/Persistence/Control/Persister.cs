using System.Collections.Immutable;
using NicHangExporter.Hosting;
using NicHangExporter.Linux;
using NicHangExporter.Metrics;
using NicHangExporter.Remediation;
using NicHangExporter.Remediation.Planning;

namespace NicHangExporter.Persistence.Control;

/// <summary>
/// Writes and removes persistence files for API, console and <see cref="OutcomePersister"/>, one at a time. It decides
/// what is written; <see cref="PrivilegedWriter"/> writes.
/// </summary>
internal sealed partial class Persister(
    HostRoot root, Remediator remediator, SettingsReader reader, PrivilegedWriter writer, ProfileCatalog catalog,
    ExporterMetrics metrics, ILogger<Persister> logger) : IDisposable
{
    private readonly SemaphoreSlim _turn = new(1);

    /// <summary>Raised after files were written or removed. A handler must not wait.</summary>
    public event Action? Changed;

    /// <summary>Writes the file of a device, or says what would be written.</summary>
    /// <exception cref="PersistenceException">Nothing was written.</exception>
    public async Task<PersistResult> PersistAsync(PersistOrder order)
    {
        await _turn.WaitAsync();
        try
        {
            var nic = HostNic.Find(root, order.Device);
            var facts = await reader.ReadAsync(nic);
            var request = SettingsChoice.Of(order, nic, DesiredOf(nic), DeviceOf(nic)?.Profile, facts, catalog);
            var plan = PersistencePlanner.Plan(root, request);
            if (order.DryRun)
                return PersistResult.Of(plan) with { Content = plan.Content };
            var result = await writer.PersistAsync(plan, request);
            if (result.Changed)
                LogPersisted(result.Device, string.Join(", ", result.Settings), result.Path);
            Changed?.Invoke();
            return result;
        }
        catch (PersistenceException exception) when (IsFailure(exception))
        {
            metrics.PersistFailures.Inc();
            throw;
        }
        finally
        {
            _turn.Release();
        }
    }

    /// <summary>Removes the files of a device, which may have left the host.</summary>
    /// <param name="device">The device, by its name or its address on the bus.</param>
    /// <exception cref="PersistenceException">Not all of them were removed.</exception>
    public async Task<(BusAddress Bus, PersistenceRemoved Removed)> UnpersistAsync(string device)
    {
        await _turn.WaitAsync();
        try
        {
            var bus = BusOf(device);
            var removed = await writer.UnpersistAsync(bus);
            foreach (var path in removed.Removed)
                LogUnpersisted(bus.ToString(), path);
            return (bus, removed);
        }
        catch (PersistenceException exception) when (IsFailure(exception))
        {
            metrics.PersistFailures.Inc();
            throw;
        }
        finally
        {
            _turn.Release();
            // A conflict may have left some of the files.
            Changed?.Invoke();
        }
    }

    /// <summary>What remediation knows of a device; null for nothing.</summary>
    public DeviceStatus? DeviceOf(HostNic nic) => remediator.Status().Devices
        .Where(device => device.Bus == nic.Bus.ToString())
        // The ports of some cards share one address.
        .OrderByDescending(device => device.Device == nic.Device.ToString()).FirstOrDefault();

    /// <summary>What remediations decided for all ports at the address of a device.</summary>
    public ImmutableArray<string> DesiredOf(HostNic nic) =>
        DecidedSettings.Of(remediator.Status().Devices, HostNic.List(root), nic.Bus);

    /// <inheritdoc/>
    public void Dispose() => _turn.Dispose();

    // A device that has left is known by its address, and by its name in its file.
    private BusAddress BusOf(string device)
    {
        try
        {
            return HostNic.Find(root, device).Bus;
        }
        catch (PersistenceException exception) when (exception.Error == PersistenceError.UnknownDevice)
        {
            if (PersistenceScan.Read(root).FirstOrDefault(file =>
                file.Nic is null && (file.Bus.ToString() == device || file.DeviceThen == device)) is { } left)
                return left.Bus;
            throw;
        }
    }

    // The others are mistakes of the caller.
    private static bool IsFailure(PersistenceException exception) =>
        exception.Error is PersistenceError.Conflict or PersistenceError.WriteFailed;

    [LoggerMessage(EventIds.Persisted, LogLevel.Warning, "Persisted for {Device}: {Settings} off, by {Path}")]
    private partial void LogPersisted(string device, string settings, string path);

    [LoggerMessage(EventIds.Unpersisted, LogLevel.Warning, "Removed the persistence file of {Bus}: {Path}")]
    private partial void LogUnpersisted(string bus, string path);
}
