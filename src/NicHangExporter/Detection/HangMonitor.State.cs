using NicHangExporter.Linux.Sysfs;

namespace NicHangExporter.Detection;

// What is remembered from one process to the next.
internal sealed partial class HangMonitor
{
    /// <summary>The position alone is worth a write now and then: it spares the next start reading the ring again.</summary>
    private static readonly TimeSpan IdleSaveInterval = TimeSpan.FromMinutes(1);

    /// <summary>The last second of the calendar: a state may hold whatever number.</summary>
    private const double MaxEpoch = 253402300799;

    private TimeSpan _nextIdleSave;
    private Task _saving = Task.CompletedTask;
    private readonly string? _bootId = BootId.Read(options.Paths.Procfs);

    private void Restore(MonitorState state, bool sameBoot)
    {
        _register.Restore(state.Devices, sameBoot);
        foreach (var device in _register.All)
            if (device.EndedWithBoot is { } ended)
                // Its times count from a boot that is over; the last report is also known by the wall clock.
                TellEnd(device, ended.Id, ended.Episode, DateTimeOffset.UnixEpoch.AddSeconds(Math.Clamp(device.LastEvent, 0, MaxEpoch)));
        foreach (var (driver, origin, count) in state.Unattributed)
            CountUnattributed(driver, origin, count);
    }

    private void SaveIfDue()
    {
        if (!store.IsOpen || !_saving.IsCompleted || (!_unsaved && Now < _nextIdleSave))
            return;
        var state = State();
        // On another thread: a disk that hangs must not stop the watch. On one of its own: nor must a busy pool keep a restart from knowing.
        _saving = Task.Factory.StartNew(() => Guard(() => store.Save(state)), CancellationToken.None, TaskCreationOptions.LongRunning, TaskScheduler.Default);
        _unsaved = false;
        _nextIdleSave = Now + IdleSaveInterval;
    }

    internal MonitorState State()
    {
        var position = log.Settle(TakeEvents);
        return new MonitorState
        {
            Version = MonitorState.CurrentVersion,
            BootId = _bootId,
            Position = position.Sequence,
            PositionTime = position.Time,
            Devices = [.. _register.All.Where(device => device.HasHistory).Select(device => device.ToState())],
            Unattributed = [.. _unattributed.Select(pair => new UnattributedState(pair.Key.Driver, pair.Key.Origin, pair.Value))],
        };
    }
}
