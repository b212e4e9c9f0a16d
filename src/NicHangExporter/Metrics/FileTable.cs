using System.Collections.Immutable;
using NicHangExporter.Linux;

namespace NicHangExporter.Metrics;

/// <summary>Reads rows of <see cref="KernelMetrics"/> for all devices and writes them family by family.</summary>
internal sealed class FileTable(ImmutableArray<SysfsMetric> files)
{
    /// <summary>Reads and writes the families.</summary>
    /// <returns>The first failure, or null.</returns>
    public string? Write(ExpositionWriter writer, OpenDevices devices)
    {
        var shown = devices.Shown;
        var values = new ulong[shown.Count * files.Length];
        var present = new bool[values.Length];
        string? failure = null;
        for (var d = 0; d < shown.Count; d++)
            for (var f = 0; f < files.Length; f++)
            {
                var errno = shown[d].Sysfs.TryReadUInt64(files[f].FileNul.Span, out values[d * files.Length + f]);
                present[d * files.Length + f] = errno == Errno.None;
                // The device was removed while it was being read. Leave it out.
                if (IsGone(errno, f, shown[d]))
                {
                    Array.Clear(present, d * files.Length, files.Length);
                    break;
                }
                if (CollectorOutcome.IsFailure(errno))
                    failure ??= $"{files[f].File} of {shown[d].Name}: errno {(int)errno}";
            }
        for (var f = 0; f < files.Length; f++)
        {
            writer.Begin(files[f].Family);
            for (var d = 0; d < shown.Count; d++)
                if (present[d * files.Length + f])
                    writer.Sample(files[f].Family).Prepared(shown[d].Label).Value(values[d * files.Length + f]);
        }
        return failure;
    }

    // Every device has the first file, so only a removed device lacks it. Old kernels lack some of the later files.
    private static bool IsGone(Errno errno, int file, WatchedDevice device) =>
        errno == Errno.NoDevice
        || (errno == Errno.NoEntry && file == 0
            && device.Sysfs.TryReadUInt64("ifindex\0"u8, out _) != Errno.None);
}
