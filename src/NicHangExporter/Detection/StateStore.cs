using System.Globalization;
using System.Text.Json;
using NicHangExporter.Hosting;
using NicHangExporter.Metrics;
using NicHangExporter.State;

namespace NicHangExporter.Detection;

/// <summary>
/// Keeps <see cref="MonitorState"/> in <c>state.json</c> of the state directory. Without a directory, or with one that
/// can't be used, the exporter works all the same and loses its counts at a restart. A metric and a log message say so.
/// </summary>
internal sealed partial class StateStore(
    StateDirectory directory, ExporterMetrics metrics, TimeProvider clock, ILogger<StateStore> logger)
{
    private const string FileName = "state.json";

    /// <summary>Far more than the state of the most devices takes.</summary>
    private const int MaxBytes = 64 << 20;

    private string? _lastFailure;

    /// <summary>States are saved. False for a directory that was taken only after <see cref="Open"/>: what is in it has
    /// not been read.</summary>
    public bool IsOpen { get; private set; }

    /// <summary>Takes the directory and reads the state of an earlier process; null if none exists, or it can't be
    /// used.</summary>
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
                LogRestored(state);
            return state;
        }
        catch (Exception exception) when (exception is IOException or UnauthorizedAccessException)
        {
            // The file exists and is not damaged. It stays as it is.
            LogUnavailable(path, exception.Message.Split('\n')[0]);
            return null;
        }
    }

    /// <summary>Replaces the file: whole or not at all, also when the power fails.</summary>
    /// <returns>False if that failed. A metric and the log say so.</returns>
    public bool Save(MonitorState state)
    {
        if (directory.Path is not { } home || !IsOpen)
            return false;
        try
        {
            if (!directory.IsHeld)
                throw new IOException(directory.Failure ?? "the program ends");
            var json = JsonSerializer.SerializeToUtf8Bytes(
                state with { Checksum = MonitorState.Crc32C }, StateJson.Default.MonitorState);
            StateFile.Write(Path.Combine(home, FileName), json);
            metrics.StateUp.Set(1);
            _lastFailure = null;
            return true;
        }
        catch (Exception exception) when (exception is IOException or UnauthorizedAccessException)
        {
            metrics.StateUp.Set(0);
            metrics.StateWriteFailures.Inc();
            if (exception.Message != _lastFailure)
                LogUnavailable(home, exception.Message.Split('\n')[0]);
            _lastFailure = exception.Message;
            return false;
        }
    }

    private MonitorState? Read(string path)
    {
        var state = StateFile.Read(path, MaxBytes, Parse, out var damage);
        if (damage is not null)
            LogSetAside(path, StateFile.SetAside(path, clock), damage);
        return state;
    }

    private static MonitorState? Parse(ReadOnlySpan<byte> text, bool isSealed)
    {
        var state = JsonSerializer.Deserialize(text, StateJson.Default.MonitorState);
        if (state?.Version is not MonitorState.CurrentVersion)
            throw new JsonException(
                $"version {state?.Version.ToString(CultureInfo.InvariantCulture) ?? "none"} is not "
                + $"{MonitorState.CurrentVersion}");
        if (state.Checksum is not null && !isSealed)
            throw new JsonException("its checksum is missing");
        return state.IsValid ? state : null;
    }

    // A record that came through syslog(2) has no position, only a time.
    private void LogRestored(MonitorState state)
    {
        if (state.Position is { } position)
            LogRestored(state.Devices.Count, position);
        else if (state.PositionTime is { } time)
            LogRestoredByTime(state.Devices.Count, time.TotalSeconds);
        else
            LogRestoredAlone(state.Devices.Count);
    }

    [LoggerMessage(EventIds.StateRestored, LogLevel.Information,
        "Restored the counts of {Devices} devices at position {Position} of the kernel log")]
    private partial void LogRestored(int devices, ulong position);

    [LoggerMessage(EventIds.StateRestored, LogLevel.Information,
        "Restored the counts of {Devices} devices; the kernel log was read up to {Seconds} seconds after boot")]
    private partial void LogRestoredByTime(int devices, double seconds);

    [LoggerMessage(EventIds.StateRestored, LogLevel.Information, "Restored the counts of {Devices} devices")]
    private partial void LogRestoredAlone(int devices);

    [LoggerMessage(EventIds.StateSetAside, LogLevel.Error,
        "The state {Path} can't be used and was renamed to {Aside}; counting starts again from zero: {Reason}")]
    private partial void LogSetAside(string path, string aside, string reason);

    [LoggerMessage(EventIds.StateUnavailable, LogLevel.Error,
        "The state directory {Path} can't be used, so a restart loses the counts: {Reason}")]
    private partial void LogUnavailable(string path, string reason);
}
