using System.Collections.Immutable;
using NicHangExporter.Linux;

namespace NicHangExporter.Metrics;

/// <summary>Reads rows of <see cref="KernelMetrics"/> for all devices and writes them family by family.</summary>
internal sealed class FileTable(ImmutableArray<SysfsMetric> files)
{
    private readonly ShownDevices _devices = new();
    private readonly ImmutableArray<DeviceCounts> _counts = [.. files.Select(file => new DeviceCounts(file.Family))];

    // Family by family, and in each one value a device.
    private ulong[] _values = [];
    private bool[] _present = [];

    /// <summary>Reads and writes the families.</summary>
    /// <returns>The first failure, or null.</returns>
    public string? Write(ExpositionWriter writer, OpenDevices devices)
    {
        var shown = devices.Shown;
        _devices.Update(shown);
        if (_values.Length != shown.Count * files.Length)
            (_values, _present) = (new ulong[shown.Count * files.Length], new bool[shown.Count * files.Length]);
        string? failure = null;
        for (var device = 0; device < shown.Count; device++)
            Read(shown[device], device, shown.Count, ref failure);
        for (var file = 0; file < files.Length; file++)
            _counts[file].Write(
                writer, _devices, _values.AsSpan(file * shown.Count, shown.Count),
                _present.AsSpan(file * shown.Count, shown.Count));
        return failure;
    }

    private void Read(WatchedDevice device, int column, int columns, ref string? failure)
    {
        for (var file = 0; file < files.Length; file++)
        {
            var index = file * columns + column;
            var errno = device.Sysfs.TryReadUInt64(files[file].FileNul.Span, out _values[index]);
            _present[index] = errno == Errno.None;
            // The device was removed while it was being read. Leave it out.
            if (IsGone(errno, file, device))
            {
                for (var other = 0; other < files.Length; other++)
                    _present[other * columns + column] = false;
                break;
            }
            if (CollectorOutcome.IsFailure(errno))
                failure ??= $"{files[file].File} of {device.Name}: errno {(int)errno}";
        }
    }

    // Every device has the first file, so only a removed device lacks it. Old kernels lack some of the later files.
    private static bool IsGone(Errno errno, int file, WatchedDevice device) =>
        errno == Errno.NoDevice
        || (errno == Errno.NoEntry && file == 0
            && device.Sysfs.TryReadUInt64("ifindex\0"u8, out _) != Errno.None);
}
