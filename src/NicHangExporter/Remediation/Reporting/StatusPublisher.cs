using System.Collections.Immutable;
using NicHangExporter.Linux;
using NicHangExporter.Metrics;
using NicHangExporter.Options;
using NicHangExporter.Remediation.Execution;
using NicHangExporter.Remediation.Journaling;
using NicHangExporter.Remediation.Policy;
using NicHangExporter.Text;

namespace NicHangExporter.Remediation.Reporting;

/// <summary>
/// Publishes the state of remediation: as an immutable snapshot for API and console, and as metrics. On the worker
/// thread, except <see cref="Latest"/>.
/// </summary>
internal sealed class StatusPublisher(
    ExporterOptions options, RemediationStore store, DeviceInventory inventory, DeviceLocator locator,
    DeviceControl control,
    DeviceStatusBuilder builder, AllowedDevices allowed, UnmatchedEntries unmatched, PauseSwitch pause,
    ProcessCapabilities capabilities, HangSignals signals, RemediationPublisher metrics, TimeProvider clock)
{
    private static readonly TimeSpan Interval = TimeSpan.FromSeconds(5);

    /// <summary>How often it is published without a sign of a change.</summary>
    private static readonly TimeSpan MaxAge = TimeSpan.FromMinutes(1);

    private (long Version, int Hash) _watched;
    private TimeSpan _next;
    private TimeSpan _published;
    private StatusSigns? _signs;
    private RemediationStatus? _latest;

    /// <summary>The last published snapshot. Before the first one it has no devices.</summary>
    public RemediationStatus Latest => Volatile.Read(ref _latest) ?? Build([]);

    /// <summary>Publishes what has changed, every few seconds.</summary>
    public void PublishIfDue()
    {
        var now = clock.GetElapsedTime(0);
        if (now < _next)
            return;
        _next = now + Interval;
        using var open = inventory.Open();
        var signs = Signs(open);
        if (now - _published >= MaxAge || signs.IsChanging || signs != _signs)
            Publish(open, signs);
    }

    public void Publish()
    {
        using var open = inventory.Open();
        Publish(open, Signs(open));
    }

    private void Publish(OpenDevices open, StatusSigns signs)
    {
        _published = clock.GetElapsedTime(0);
        _next = _published + Interval;
        _signs = signs;
        var shown = new Dictionary<string, ShownDevice>();
        var statuses = ImmutableArray.CreateBuilder<DeviceStatus>();
        var state = pause.State;
        metrics.PublishPause(state.IsPaused);
        foreach (var device in open.All)
            Add(device.Name, isWatched: true, isHidden: !open.IsShown(device));
        foreach (var name in Listed())
            Add(name);
        unmatched.Update();
        foreach (var (key, record) in store.State.Devices)
        {
            // Virtual devices are not watched, but may have a record.
            if (InterfaceName.TryParse(record.Device, out var last))
                Add(last);
            if (!shown.ContainsKey(key) && shown.Values.All(other => other.Device != record.Device))
            {
                shown[key] = new ShownDevice(record.Device, 0, allowed.Stages(record.Driver));
                statuses.Add(builder.OfAbsent(key, record));
            }
        }
        metrics.Publish(shown, store);
        Volatile.Write(ref _latest, Build(statuses.ToImmutable()));

        void Add(InterfaceName name, bool isWatched = false, bool isHidden = false)
        {
            if (locator.Identify(name) is not { } facts || shown.ContainsKey(facts.Key))
                return;
            var status = builder.Of(facts, store.State.Device(facts.Key), isWatched, state);
            var isReported = isWatched || status.Listed;
            shown[facts.Key] = new ShownDevice(
                name.ToString(), status.Drifted.Count, allowed.Stages(facts.Driver), isReported, status.NotProtected)
            {
                IsHidden = isHidden,
            };
            statuses.Add(status);
        }
    }

    private StatusSigns Signs(OpenDevices open)
    {
        var (state, age) = (store.State, store.Age);
        // While the inventory follows notifications, the same version has the same devices.
        if (!inventory.IsFollowing || _watched.Version != open.Version)
            _watched = (open.Version, HashOf(open));
        var devices = _watched.Hash;
        foreach (var name in Listed())
            devices = HashCode.Combine(devices, name, locator.Identify(name)?.Driver);
        return new StatusSigns(
            state, devices, pause.IsSet, store.IsWritable, state.SpentAt(age),
            IsChanging: signals.Live.Count > 0 || state.UnknownUntil > age
                || state.Any(record => record.CooldownUntil > age));
    }

    private static int HashOf(OpenDevices open)
    {
        var devices = new HashCode();
        devices.Add(open.Shown.Count);
        foreach (var device in open.All)
            devices.Add((device.Name, device.Bus, device.Driver, device.Index));
        return devices.ToHashCode();
    }

    // The devices that remediation.devices names by name or by bus address.
    private IEnumerable<InterfaceName> Listed()
    {
        foreach (var text in options.Remediation.Devices)
        {
            if (InterfaceName.TryParse(text, out var name))
                yield return name;
            if (BusAddress.TryParse(text, out var bus))
                foreach (var found in TryFind(bus))
                    yield return found;
        }
    }

    private IReadOnlyList<InterfaceName> TryFind(BusAddress bus)
    {
        try
        {
            return control.FindByBusAddress(bus);
        }
        catch (LinuxException)
        {
            return [];
        }
    }

    private RemediationStatus Build(ImmutableArray<DeviceStatus> devices) => new()
    {
        Modes = new[] { RemediationTrigger.Local, RemediationTrigger.Webhook, RemediationTrigger.Api }
            .ToDictionary(trigger => SnakeCase.Of(trigger), trigger => SnakeCase.Of(options.Remediation.Mode(trigger))),
        Paused = pause.IsSet,
        JournalWritable = store.IsWritable,
        Capable = capabilities.HasNetAdmin,
        HostBudgetLeft = Math.Max(0, options.Remediation.HostBudget - store.State.SpentAt(store.Age)),
        CommandSeconds = 0,
        ApiOn = options.Api.TokenFiles.Count > 0,
        UnmatchedEntries = unmatched.Current,
        Devices = devices,
    };
}
