using System.Collections.Immutable;
using NicHangExporter.Hosting;
using NicHangExporter.Linux;
using NicHangExporter.Remediation.Execution;
using NicHangExporter.Remediation.Journaling;
using NicHangExporter.Remediation.Policy;

namespace NicHangExporter.Remediation;

// The picture for people and metrics.
internal sealed partial class Remediator
{
    private static readonly TimeSpan PublishInterval = TimeSpan.FromSeconds(5);

    private TimeSpan _nextPublish;
    private RemediationStatus? _status;

    /// <summary>
    /// The picture as journal and devices show it, read now, on the calling thread. Nothing is settled and no request will be taken; a daemon that is
    /// running keeps its journal. Instead of <see cref="Start"/>, never besides it.
    /// </summary>
    public RemediationStatus ReadStatus()
    {
        _ledger.Open();
        _pausedNow = _ledger.State.Paused;
        _isCapable = Capabilities.Effective(_options.Paths.Procfs, Capability.NetAdmin) ?? false;
        PublishAll();
        return Status();
    }

    private void PublishIfDue()
    {
        if (Now >= _nextPublish)
            PublishAll();
    }

    private void PublishAll()
    {
        _nextPublish = Now + PublishInterval;
        var devices = new Dictionary<string, ShownDevice>();
        var statuses = ImmutableArray.CreateBuilder<DeviceStatus>();
        var pause = Pause();
        using (var open = _inventory.Open())
            foreach (var device in open.All)
                Add(device.Name, isWatched: true, isHidden: !open.Shown.Contains(device));
        foreach (var text in _options.Remediation.Devices)
        {
            if (InterfaceName.TryParse(text, out var name))
                Add(name);
            if (BusAddress.TryParse(text, out var bus))
                foreach (var there in TryFind(bus))
                    Add(there);
        }
        LookForUnmatched();
        foreach (var (key, record) in _ledger.State.Devices)
        {
            // Virtual ones are changed where somebody names them, and looked at by few.
            if (InterfaceName.TryParse(record.Device, out var last))
                Add(last);
            if (!devices.ContainsKey(key) && devices.Values.All(other => other.Device != record.Device))
            {
                devices[key] = new ShownDevice(record.Device, 0, Stages(record.Driver));
                statuses.Add(StatusOf(key, record, null, false, pause));
            }
        }
        _publisher.Publish(devices, _ledger, pause.IsPaused);
        Volatile.Write(ref _status, BuildStatus(statuses.ToImmutable()));

        void Add(InterfaceName name, bool isWatched = false, bool isHidden = false)
        {
            if (Identify(name) is not { } facts || devices.ContainsKey(facts.Key))
                return;
            var status = StatusOf(facts.Key, _ledger.State.Device(facts.Key), facts, isWatched, pause);
            devices[facts.Key] = new ShownDevice(name.ToString(), status.Drifted.Length, Stages(facts.Driver), isWatched || status.Listed, status.NotProtected)
            {
                IsHidden = isHidden,
            };
            statuses.Add(status);
        }
    }

    // Entries of remediation.devices that match nothing, as they were said last.
    private ImmutableArray<string> _unmatched = [];

    // A host whose NIC is not the one that is listed is not protected, and believes that it is.
    private void LookForUnmatched()
    {
        ImmutableArray<string> now;
        try
        {
            now = AllowList.Unmatched(_options.Remediation.Devices, _netClass);
            foreach (var entry in now.Except(_unmatched))
                LogUnmatched(AllowList.Describe(entry, _netClass), entry);
        }
        catch (LinuxException)
        {
            // Not known now: nichang_collector_success tells that the devices can't be listed.
            return;
        }
        foreach (var entry in _unmatched.Except(now))
            LogMatched(entry);
        _unmatched = now;
        _metrics.RemediationUnmatchedEntries.Set(now.Length);
    }

    private IReadOnlyList<InterfaceName> TryFind(BusAddress bus)
    {
        try
        {
            return _access.FindByBusAddress(bus);
        }
        catch (LinuxException)
        {
            return [];
        }
    }

    private ImmutableArray<string> Stages(string driver) => _catalogue.Ladder(driver)?.Stages ?? [];

    // The address of the hardware needs RTNL, so it is asked for once.
    private readonly Dictionary<(InterfaceName, long), DeviceFacts> _identities = [];

    private DeviceFacts? Identify(InterfaceName name)
    {
        try
        {
            if (_access.IndexOf(name) is not { } index)
                return null;
            if (_identities.TryGetValue((name, index), out var known))
                return known;
            if (_identities.Count > 4 * _options.Detection.MaxDevices)
                _identities.Clear();
            return _access.Read(name, settings: false) is { } facts ? _identities[(name, index)] = facts : null;
        }
        catch (LinuxException)
        {
            return null;
        }
    }

    private NotProtected? ProtectionOf(DeviceFacts facts, DeviceRecord record, bool isWatched, PauseState pause) => Protection.Of(facts, new ProtectionInput
    {
        Local = _options.Remediation.Local,
        Webhook = _options.Remediation.Webhook,
        DetectsHangs = _options.Collectors.DetectsHangs,
        HasToken = _options.Api.HasRemediateToken,
        IsWatched = isWatched,
        IsAllowed = IsAllowed(facts),
        HasList = _options.Remediation.Devices.Count > 0,
        HasRemedy = _catalogue.Ladder(facts.Driver) is not null || _options.Remediation.AllowReinit || _options.Remediation.AllowBounce,
        IsCapable = _isCapable,
        IsJournalWritable = _ledger.IsWritable,
        IsPaused = pause.IsPaused,
        IsQuarantined = record.Quarantined,
    });

    private DeviceStatus StatusOf(string key, DeviceRecord record, DeviceFacts? facts, bool isWatched, PauseState pause) =>
        new(facts?.Name.ToString() ?? record.Device, facts?.Bus.ToString() ?? (key.Contains('|', StringComparison.Ordinal) ? key.Split('|')[0] : ""), facts?.Driver ?? record.Driver)
        {
            Present = facts is not null,
            Watched = isWatched,
            Listed = facts is not null && AllowList.Names(_options.Remediation.Devices, facts.Name, facts.Bus),
            NotProtected = facts is null ? null : ProtectionOf(facts, record, isWatched, pause),
            NotAllowed = facts is null ? DeclineReason.UnknownDevice
                : facts.IsUpper ? DeclineReason.Upper
                : IsAllowed(facts) ? null
                : _options.Remediation.Devices.Count == 0 && facts.IsPhysical ? DeclineReason.NoProfile : DeclineReason.NotAllowed,
            Hung = facts is not null && IsHung(facts),
            Profile = record.Profile,
            Desired = [.. record.Desired],
            Drifted = _drifted.GetValueOrDefault(key) is { IsDefault: false } drifted ? drifted : [],
            // Rounded up: with half a second left it is still cooling.
            Cooldown = Math.Ceiling(Math.Max(0, Math.Max(record.CooldownUntil, _ledger.State.UnknownUntil) - _ledger.Age)),
            BudgetLeft = Math.Max(0, _options.Remediation.DeviceBudget - record.SpentAt(_ledger.Age)),
            Quarantined = record.Quarantined,
            Last = record.Last,
            LastEpisode = record.LastEpisode,
        };

    private RemediationStatus BuildStatus(ImmutableArray<DeviceStatus> devices) => new()
    {
        Modes = new[] { RemediationTrigger.Local, RemediationTrigger.Webhook, RemediationTrigger.Api }
            .ToDictionary(trigger => SnakeCase.Of(trigger), trigger => SnakeCase.Of(_options.Remediation.Mode(trigger))),
        Paused = IsPaused,
        JournalWritable = _ledger.IsWritable,
        Capable = _isCapable,
        HostBudgetLeft = Math.Max(0, _options.Remediation.HostBudget - _ledger.State.SpentAt(_ledger.Age)),
        CommandSeconds = 0,
        ApiOn = _options.Api.TokenFiles.Count > 0,
        UnmatchedEntries = _unmatched,
        Devices = devices,
    };

    [LoggerMessage(EventIds.EntryUnmatched, LogLevel.Warning, "{Problem}")]
    private partial void LogUnmatched(string problem, string entry);

    [LoggerMessage(EventIds.EntryMatched, LogLevel.Information, "'{Entry}' of remediation.devices matches a network device now")]
    private partial void LogMatched(string entry);
}
