using System.Collections.Immutable;
using NicHangExporter.Configuration;
using NicHangExporter.Linux;

namespace NicHangExporter.Remediation;

// What goes on beside the passes: what was left open by an earlier process, the next rung, proof of recovery, drift, episodes, and the picture for people.
internal sealed partial class Remediator
{
    private static readonly TimeSpan PublishInterval = TimeSpan.FromSeconds(5);

    /// <summary>The longest pause between two corrections of a drift that comes back each time: somebody else wants it otherwise.</summary>
    private static readonly TimeSpan LongestDriftPause = TimeSpan.FromHours(1);

    private readonly Dictionary<string, FollowingUp> _followUps = [];
    private readonly Dictionary<string, (TimeSpan Pause, TimeSpan Next)> _driftPauses = [];
    private readonly Dictionary<string, ImmutableArray<string>> _drifted = [];
    private bool _isUnsettled;
    private TimeSpan _nextSettling;
    private TimeSpan _nextPublish;
    private TimeSpan _nextDrift;
    private RemediationStatus? _status;

    private TimeSpan Now => _clock.GetElapsedTime(0);

    /// <summary>A hang is confirmed on a device; where a remediation is in force, it has not held. For the record only: the request comes apart.</summary>
    public void NoteHang(InterfaceName device) => _lane.Post(() => Safely(() =>
    {
        if (Identify(device) is not { } facts || _ledger.State.Device(facts.Key) is not { } record || !HasHungSince(facts, record))
            return;
        _ledger.Record(Entry(JournalEvent.Recurred, facts) with { Profile = record.Profile });
        LogRecurred(facts.Name.ToString(), record.Profile ?? "none");
        PublishAll();
    }));

    /// <summary>A live hang episode has begun: its bundle is begun as well, long before anything is done about it.</summary>
    public void BeginEpisode(string id, InterfaceName device, BusAddress bus, string driver, DateTimeOffset start, string? report, IReadOnlyList<string> kernelLines) =>
        _lane.Post(() => Safely(() => _recorder.Begin(id, device, bus, driver, start, report, kernelLines)));

    /// <summary>It is over.</summary>
    public void EndEpisode(InterfaceName device, EpisodeSummary summary, IReadOnlyList<string> kernelLines) => _lane.Post(() => Safely(() =>
    {
        _recorder.End(summary.Id, summary, kernelLines);
        // The key of a device that is gone is not to be had; its episode is in the bundle.
        if (Identify(device) is { } facts)
            _ledger.Record(Entry(JournalEvent.Episode, facts) with { Episode = summary });
        PublishAll();
    }));

    private void Tend()
    {
        TendLedger();
        RestoreLinks();
        if (_isUnsettled && _pass is null && Now >= _nextSettling)
        {
            _nextSettling = Now + LinkInterval;
            ResolvePending();
        }
        if (_pass is null)
        {
            // Only after a fault of ours that could not be settled at once.
            ResolvePending();
            Continue();
            Prove();
            if (Now >= _nextDrift)
            {
                _nextDrift = Now + _options.EthtoolInterval;
                LookForDrift();
            }
        }
        if (Now >= _nextPublish)
            PublishAll();
    }

    private void TendLedger(bool now = false)
    {
        var wasOpen = _ledger.IsOpen;
        _ledger.Tend(now);
        if (wasOpen || !_ledger.IsOpen)
            return;
        TakeUp();
        PublishAll();
    }

    // What the journal says beyond itself.
    private void TakeUp()
    {
        if (_ledger.State.Paused)
            Volatile.Write(ref _pausedNow, true);
        if (_ledger.State.UnknownUntil > _ledger.Age)
            LogHistoryUnknown(PrometheusDuration.Format(_options.Cooldown));
        ResolvePending();
    }

    // The pass before has not cured it: the next rung, or the next stage. In quarantine this is what keeps trying.
    private void FollowUp(PassContext context, PassResult result)
    {
        var key = context.Facts.Key;
        _followUps.Remove(key);
        if (context.Active.Request is not { Trigger: RemediationTrigger.Local, Recover: true } request)
            return;
        if (result.Verdict is not (RemediationVerdict.NotHealed or RemediationVerdict.DidNotHold) && !(result.Verdict == RemediationVerdict.RollbackFailed && context.WasHung))
            return;
        // What came back is answered at once, and so is a first rung that the driver does not have. After that each pass has its window: rungs that are all refused
        // must not bring the whole budget within a second.
        var rest = (_options.VerifyWindow - _clock.GetElapsedTime(context.Active.Since)).TotalSeconds;
        var due = _ledger.Age + (result.Verdict == RemediationVerdict.DidNotHold || context.IsFirstRung ? 0 : Math.Max(0, rest));
        _followUps[key] = new FollowingUp(request with { Continues = true }, context.Facts, TryObserve(context.Facts)?.TxPackets ?? 0, due, due);
    }

    private bool HasSentSince(DeviceFacts facts) =>
        !_followUps.TryGetValue(facts.Key, out var trouble) || TryObserve(facts) is not { } reading || (reading.TxPackets != trouble.TxPackets && !IsHung(facts));

    private void Continue()
    {
        foreach (var (key, trouble) in _followUps.ToList())
        {
            if (_ledger.Age < trouble.Due)
                continue;
            if (HasSentSince(trouble.Facts))
            {
                _followUps.Remove(key);
                continue;
            }
            var ticket = Submit(trouble.Request);
            if (ticket.Joined || !ticket.Outcome.IsCompleted)
                // Whatever comes of it decides anew; until then not again.
                _followUps[key] = trouble with { Due = _ledger.Age + 5 };
            return;
        }
    }

    private void Prove()
    {
        foreach (var (key, record) in _ledger.State.Devices)
            if (record is { Proving: true, Last: { } last } && _ledger.Age - last.Age >= (_options.ProvingTime - _options.VerifyWindow).TotalSeconds)
            {
                _ledger.Record(new JournalEntry(JournalEvent.Recovered) { Key = key, Device = record.Device, Driver = record.Driver, Id = last.Id });
                LogRecovered(record.Device, last.Id ?? "");
            }
    }

    private void LookForDrift()
    {
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
        if (free.IsEmpty || Now < pause.Next || _options.Mode(RemediationTrigger.Drift) != RemediationMode.Enforce)
            return;
        // An hour of peace, and the first correction comes at once again.
        var next = Now - pause.Next > LongestDriftPause || pause.Pause == default ? _options.EthtoolInterval : pause.Pause * 2;
        next = next > LongestDriftPause ? LongestDriftPause : next;
        _driftPauses[key] = (next, Now + next);
        Submit(new RemediationRequest(facts.Name, RemediationTrigger.Drift) { Settings = free, Reason = "turned on again by somebody else" });
    }

    // By what names do not change: the address on the bus and the hardware address.
    private DeviceFacts? Locate(string key, DeviceRecord record) => Locate(key, record, out _);

    private DeviceFacts? Locate(string key, DeviceRecord record, out bool isUnreadable)
    {
        isUnreadable = false;
        var names = new List<InterfaceName>();
        if (InterfaceName.TryParse(record.Device, out var name))
            names.Add(name);
        if (BusAddress.TryParse(key.Split('|')[0], out var bus) && key.Contains('|', StringComparison.Ordinal))
            try
            {
                names.AddRange(_access.FindByBusAddress(bus));
            }
            catch (LinuxException)
            {
                // By its last name, then.
                isUnreadable = true;
            }
        foreach (var candidate in names)
            try
            {
                if (_access.Read(candidate) is { } facts && facts.Key == key)
                    return facts;
            }
            catch (LinuxException)
            {
                // Looked at again at the next round; the poller's collectors say what can't be read.
                isUnreadable = true;
            }
        return null;
    }

    // An intent without an outcome: the process died in between. It is never carried out again; what came of it is found out, and undone where it is not whole.
    private void ResolvePending()
    {
        // While another process holds the journal, it is that of a pass under way, and not ours to settle.
        if (!_ledger.IsOpen)
            return;
        _isUnsettled = false;
        foreach (var (key, record) in _ledger.State.Devices.ToList())
            if (record.Pending is { } intent)
            {
                BringUpByName(key, record, intent);
                Resolve(key, record, intent);
            }
    }

    // Before anything is asked of ethtool: a device that a bounce has left down may be detached or suspended, and answers nothing until it is up.
    private void BringUpByName(string key, DeviceRecord record, JournalEntry intent)
    {
        if (intent is not { WasUp: true, Rung: "bounce" } || intent.Boot != _ledger.BootId || !InterfaceName.TryParse(record.Device, out var name))
            return;
        try
        {
            var isBus = BusAddress.TryParse(key.Split('|')[0], out var bus) && key.Contains('|', StringComparison.Ordinal);
            var there = isBus ? _access.FindByBusAddress(bus) : _access.IndexOf(name) is null ? [] : [name];
            if (!there.Contains(name) && there is not [_])
                return;
            var device = there.Contains(name) ? name : there[0];
            if (!_access.IsSwitchedOn(device))
                _access.BringUp(device);
        }
        catch (LinuxException)
        {
            // Resolve tries again, and keeps the debt where it fails.
        }
    }

    private void Resolve(string key, DeviceRecord record, JournalEntry intent)
    {
        var (verdict, why, after) = (RemediationVerdict.DeviceGone, "the process ended in the middle, and the device is gone since", (IReadOnlyDictionary<string, string>?)null);
        long? leftDown = null;
        if (Locate(key, record, out var isUnreadable) is not { } facts)
        {
            // Not to be read is not gone: the intent stays open until it can be.
            if (isUnreadable)
            {
                _isUnsettled = true;
                return;
            }
        }
        else
            try
            {
                // A bounce may have left it down; where none was begun, somebody else has switched it off.
                if (intent is { WasUp: true, Rung: "bounce" } && intent.Boot == _ledger.BootId && !facts.IsUp)
                    leftDown = TryBringUp(facts);
                (verdict, why) = Settle(facts, intent);
                if (_access.Read(facts.Name) is { } read)
                    after = (intent.Before ?? new Dictionary<string, string>()).Keys.ToDictionary(name => name, name => RemediationPlan.Read(read, name) ?? "unknown");
            }
            catch (Exception exception) when (exception is LinuxException or ArgumentException)
            {
                (verdict, why) = (RemediationVerdict.RollbackFailed, $"the process ended in the middle, and undoing failed: {exception.Message}");
            }
        _ledger.Record(intent with { Event = JournalEvent.Outcome, Verdict = verdict, Reason = why, After = after, LeftDown = leftDown, Recurs = null, Cooldown = null });
        LogPending(record.Device, intent.Id ?? "", SnakeCase.Of(verdict), why);
    }

    // ifindex where it stays down.
    private long? TryBringUp(DeviceFacts facts)
    {
        try
        {
            _access.BringUp(facts.Name);
            return null;
        }
        catch (LinuxException)
        {
            return facts.Index;
        }
    }

    private (RemediationVerdict, string) Settle(DeviceFacts facts, JournalEntry intent)
    {
        var before = intent.Before ?? new Dictionary<string, string>();
        var now = before.Keys.ToDictionary(name => name, name => RemediationPlan.Read(facts, name));
        if (before.Count == 0)
            return (RemediationVerdict.Unverified, "the process ended in the middle; there was no setting to undo");
        // Asked of the plan, for a wish may read otherwise than it was written down: pause frames that are negotiated and not in use.
        if (intent.Rollback == true ? before.All(pair => now[pair.Key] == pair.Value) : RemediationPlan.Restore(facts, before, _catalogue.Ladder(facts.Driver)).ChangesNothing)
            return (RemediationVerdict.Failed, intent.Boot == _ledger.BootId ? "the process ended before anything was changed" : "the machine ended in the middle; everything is requested as it was before");
        if (intent.Rollback != true && now.Values.All(value => value == "off"))
            return (RemediationVerdict.Unverified, "the process ended before there was a proof; every setting reads back as wished");
        var goal = intent.Rollback == true ? _ledger.State.Device(facts.Key).Original : before;
        var undo = RemediationPlan.Restore(facts, goal, _catalogue.Ladder(facts.Driver));
        var refused = new List<string>();
        foreach (var step in undo.Steps)
            try
            {
                _access.Perform(step, facts.Name);
            }
            catch (Exception exception) when (exception is LinuxException or ArgumentException)
            {
                // The others are undone all the same; what is left is found by reading back.
                refused.Add(exception.Message);
            }
        var left = _access.Read(facts.Name) is { } read ? RemediationPlan.Mismatches(undo.Steps, read) : [];
        return !left.IsEmpty ? (RemediationVerdict.RollbackFailed, $"the process ended half-way, and undoing failed: {string.Join(", ", left)}{string.Concat(refused.Select(error => "; " + error))}")
            : intent.Rollback == true ? (RemediationVerdict.Applied, "the process ended half-way through a rollback, which is finished now")
            : (RemediationVerdict.RolledBack, "the process ended half-way; the settings are requested again as before");
    }

    private void PublishAll()
    {
        _nextPublish = Now + PublishInterval;
        var devices = new Dictionary<string, (string Device, int Drifted)>();
        var statuses = ImmutableArray.CreateBuilder<DeviceStatus>();
        using (var open = _inventory.Open())
            foreach (var device in open.All)
                Add(device.Name);
        foreach (var text in _options.RemediationDevices)
            if (InterfaceName.TryParse(text, out var name))
                Add(name);
        foreach (var (key, record) in _ledger.State.Devices)
        {
            // Virtual ones are changed where somebody names them, and looked at by few.
            if (InterfaceName.TryParse(record.Device, out var last))
                Add(last);
            if (!devices.ContainsKey(key) && devices.Values.All(other => other.Device != record.Device))
            {
                devices[key] = (record.Device, 0);
                statuses.Add(StatusOf(key, record, null));
            }
        }
        _publisher.Publish(devices, _ledger, IsPaused);
        Volatile.Write(ref _status, BuildStatus(statuses.ToImmutable()));

        void Add(InterfaceName name)
        {
            if (Identify(name) is not { } facts || devices.ContainsKey(facts.Key))
                return;
            devices[facts.Key] = (name.ToString(), _drifted.GetValueOrDefault(facts.Key) is { IsDefault: false } drifted ? drifted.Length : 0);
            statuses.Add(StatusOf(facts.Key, _ledger.State.Device(facts.Key), facts));
        }
    }

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
            if (_identities.Count > 4 * _options.MaxDevices)
                _identities.Clear();
            return _access.Read(name, settings: false) is { } facts ? _identities[(name, index)] = facts : null;
        }
        catch (LinuxException)
        {
            return null;
        }
    }

    private DeviceStatus StatusOf(string key, DeviceRecord record, DeviceFacts? facts) =>
        new(facts?.Name.ToString() ?? record.Device, facts?.Bus.ToString() ?? (key.Contains('|', StringComparison.Ordinal) ? key.Split('|')[0] : ""), facts?.Driver ?? record.Driver)
        {
            Present = facts is not null,
            NotAllowed = facts is null ? DeclineReason.UnknownDevice
                : facts.IsUpper ? DeclineReason.Upper
                : IsAllowed(facts) ? null
                : _options.RemediationDevices.Count == 0 && facts.IsPhysical ? DeclineReason.NoProfile : DeclineReason.NotAllowed,
            Hung = facts is not null && IsHung(facts),
            Profile = record.Profile,
            Desired = [.. record.Desired],
            Drifted = _drifted.GetValueOrDefault(key) is { IsDefault: false } drifted ? drifted : [],
            Cooldown = Math.Round(Math.Max(0, Math.Max(record.CooldownUntil, _ledger.State.UnknownUntil) - _ledger.Age), 0),
            BudgetLeft = Math.Max(0, _options.DeviceBudget - record.SpentAt(_ledger.Age)),
            Quarantined = record.Quarantined,
            Last = record.Last,
            LastEpisode = record.LastEpisode,
        };

    private RemediationStatus BuildStatus(ImmutableArray<DeviceStatus> devices) => new()
    {
        Modes = new[] { RemediationTrigger.Local, RemediationTrigger.Webhook, RemediationTrigger.Api }
            .ToDictionary(trigger => SnakeCase.Of(trigger), trigger => SnakeCase.Of(_options.Mode(trigger))),
        Paused = IsPaused,
        JournalWritable = _ledger.IsWritable,
        Capable = _isCapable,
        HostBudgetLeft = Math.Max(0, _options.HostBudget - _ledger.State.SpentAt(_ledger.Age)),
        CommandSeconds = 0,
        Devices = devices,
    };

    /// <summary>A trouble that goes on.</summary>
    private sealed record FollowingUp(RemediationRequest Request, DeviceFacts Facts, ulong TxPackets, double Due, double NotBefore);

    [LoggerMessage(EventIds.Recovered, LogLevel.Information, "{Device} has worked ever since its remediation {Id}: recovered")]
    private partial void LogRecovered(string device, string id);

    [LoggerMessage(EventIds.Recurred, LogLevel.Warning, "{Device} hangs although {Profile} is in force")]
    private partial void LogRecurred(string device, string profile);

    [LoggerMessage(EventIds.DriftFound, LogLevel.Warning, "Settings of {Device} that were turned off are on again: {Settings}")]
    private partial void LogDrift(string device, string settings);

    [LoggerMessage(EventIds.PendingResolved, LogLevel.Warning, "The remediation {Id} of {Device} was open since an earlier process; it is {Outcome}: {Explanation}")]
    private partial void LogPending(string device, string id, string outcome, string explanation);
}
