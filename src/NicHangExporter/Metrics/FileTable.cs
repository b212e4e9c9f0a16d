using System.Collections.Immutable;
using NicHangExporter.Linux;

namespace NicHangExporter.Metrics;

/// <summary>Reads rows of <see cref="KernelMetrics"/> from sysfs, file by file.</summary>
internal sealed class FileTable(ImmutableArray<SysfsMetric> files)
{
    private readonly SampleTable _samples = new(files);

    /// <summary>Reads all devices and writes them family by family.</summary>
    /// <returns>The first failure, or null.</returns>
    public string? Write(ExpositionWriter writer, OpenDevices devices)
    {
        var shown = devices.Shown;
        _samples.Begin(shown.Count);
        string? failure = null;
        for (var device = 0; device < shown.Count; device++)
        {
            var found = Read(shown[device], device, _samples);
            failure ??= found;
        }
        _samples.Write(writer, shown);
        return failure;
    }

    /// <summary>Reads one device into its place in a table.</summary>
    /// <returns>The first failure, or null.</returns>
    public string? Read(WatchedDevice device, int place, SampleTable samples)
    {
        string? failure = null;
        for (var file = 0; file < files.Length; file++)
        {
            var errno = device.Sysfs.TryReadUInt64(files[file].FileNul.Span, out var value);
            if (errno == Errno.None)
                samples.Set(file, place, value);
            // Every device has the first file, so only a removed device lacks it. Old kernels lack some of the later
            // files.
            else if (errno == Errno.NoDevice || (file == 0 && IsGone(errno, device)))
            {
                samples.Remove(place);
                break;
            }
            else
                failure ??= Failure(files[file], device, errno);
        }
        return failure;
    }

    /// <summary>True if the error of a file means that the device is gone.</summary>
    public static bool IsGone(Errno errno, WatchedDevice device) =>
        errno == Errno.NoDevice
        || (errno == Errno.NoEntry && device.Sysfs.TryReadUInt64("ifindex\0"u8, out _) != Errno.None);

    /// <summary>What failed, in words; null if the error is no failure of the collector.</summary>
    public static string? Failure(SysfsMetric file, WatchedDevice device, Errno errno) =>
        CollectorOutcome.IsFailure(errno) ? $"{file.File} of {device.Name}: errno {(int)errno}" : null;
}
