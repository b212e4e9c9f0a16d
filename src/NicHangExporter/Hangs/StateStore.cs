using System.Globalization;
using System.Text.Json;
using NicHangExporter.Exposition;

namespace NicHangExporter.Hangs;

/// <summary>
/// Keeps <see cref="MonitorState"/> in a file of the state directory. Without a directory, or with one that can't be used, the exporter
/// works all the same and only forgets: a metric and one log line say so.
/// </summary>
internal sealed partial class StateStore(StateDirectory directory, ExporterMetrics metrics, TimeProvider clock, ILogger<StateStore> logger)
{
    private const string FileName = "state.json";

    private string? _lastFailure;

    /// <summary>True where states are written. A directory that somebody took later is not ours: we have not read what is in it.</summary>
    public bool IsOpen { get; private set; }

    /// <summary>Takes hold of the directory and reads the state of an earlier process; null where there is none that can be used.</summary>
    public MonitorState? Open()
    {
        metrics.StateUp.Set(0);
        metrics.StateConfigured.Set(directory.Path is null ? 0 : 1);
        if (directory.Path is not { } path)
            return null;
        if (!directory.TryTake())
        {
            LogUnavailable(path, directory.Failure ?? "the program ends");
            return null;
        }
        try
        {
            var state = Read(Path.Combine(path, FileName));
            IsOpen = true;
            metrics.StateUp.Set(1);
            if (state is not null)
                LogRestored(state.Devices.Count, state.Position);
            return state;
        }
        catch (Exception exception) when (exception is IOException or UnauthorizedAccessException)
        {
            LogUnavailable(path, exception.Message);
            return null;
        }
    }

    /// <summary>Replaces the file: whole or not at all, also when the power fails.</summary>
    public void Save(MonitorState state)
    {
        if (directory.Path is not { } home || !IsOpen || !directory.IsHeld)
            return;
        var path = Path.Combine(home, FileName);
        try
        {
            using (var file = new FileStream(path + ".new", FileMode.Create, FileAccess.Write, FileShare.None))
            {
                JsonSerializer.Serialize(file, state, StateJson.Default.MonitorState);
                file.Flush(flushToDisk: true);
            }
            // If this rename is lost with the power, the older state is still whole: position and counts belong together.
            File.Move(path + ".new", path, overwrite: true);
            metrics.StateUp.Set(1);
            _lastFailure = null;
        }
        catch (Exception exception) when (exception is IOException or UnauthorizedAccessException)
        {
            metrics.StateUp.Set(0);
            metrics.StateWriteFailures.Inc();
            if (exception.Message != _lastFailure)
                LogUnavailable(home, exception.Message);
            _lastFailure = exception.Message;
        }
    }

    private MonitorState? Read(string path)
    {
        if (Directory.Exists(path))
        {
            SetAside(path, "it is a directory", Directory.Move);
            return null;
        }
        if (!File.Exists(path))
            return null;
        string reason;
        try
        {
            using var file = File.OpenRead(path);
            var state = JsonSerializer.Deserialize(file, StateJson.Default.MonitorState);
            if (state is { Version: MonitorState.CurrentVersion, IsSound: true })
                return state;
            reason = state?.Version == MonitorState.CurrentVersion
                ? "a value in it is missing or out of range"
                : $"version {state?.Version.ToString(CultureInfo.InvariantCulture) ?? "none"} is not {MonitorState.CurrentVersion}";
        }
        catch (JsonException exception)
        {
            reason = exception.Message.Split('\n')[0];
        }
        SetAside(path, reason, File.Move);
        return null;
    }

    // It may hold what somebody needs, and shows what is wrong with it: never overwrite it.
    private void SetAside(string path, string reason, Action<string, string> move)
    {
        var aside = $"{path}.corrupt-{clock.GetUtcNow().ToUnixTimeSeconds().ToString(CultureInfo.InvariantCulture)}";
        move(path, aside);
        LogSetAside(path, aside, reason);
    }

    [LoggerMessage(EventIds.StateRestored, LogLevel.Information, "Restored the counts of {Devices} devices at position {Position} of the kernel log")]
    private partial void LogRestored(int devices, ulong? position);

    [LoggerMessage(EventIds.StateSetAside, LogLevel.Error, "The state {Path} can't be used and was set aside as {Aside}; counting starts anew: {Reason}")]
    private partial void LogSetAside(string path, string aside, string reason);

    [LoggerMessage(EventIds.StateUnavailable, LogLevel.Error, "The state directory {Path} can't be used, so a restart will forget: {Reason}")]
    private partial void LogUnavailable(string path, string reason);
}
