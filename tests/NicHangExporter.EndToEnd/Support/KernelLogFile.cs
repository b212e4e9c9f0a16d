using System.Diagnostics;
using System.Globalization;
using System.Text;

namespace NicHangExporter.EndToEnd.Support;

/// <summary>A growing file in the format of /dev/kmsg, for <c>--path.kmsg</c>: records of the kernel's, sequence numbers included, that the test chooses.</summary>
internal sealed class KernelLogFile
{
    private readonly Lock _writing = new();
    private ulong _sequence;

    public KernelLogFile(string path)
    {
        Path = path;
        Clear();
    }

    /// <summary>The file.</summary>
    public string Path { get; }

    /// <summary>Begins anew, as at boot. Only while no exporter reads.</summary>
    public void Clear()
    {
        File.WriteAllText(Path, "");
        _sequence = 0;
    }

    /// <summary>Appends a record of the kernel's (facility 0, level 3).</summary>
    /// <param name="text">What it says, not yet escaped.</param>
    /// <param name="dictionary">Lines such as <c>SUBSYSTEM=pci</c>.</param>
    public void Append(string text, params IEnumerable<string> dictionary)
    {
        lock (_writing)
        {
            var record = new StringBuilder();
            var microseconds = (long)Stopwatch.GetElapsedTime(0).TotalMicroseconds;
            record.Append(CultureInfo.InvariantCulture, $"3,{_sequence++},{microseconds},-;{text.Replace("\n", @"\x0a", StringComparison.Ordinal)}\n");
            foreach (var line in dictionary)
                record.Append(CultureInfo.InvariantCulture, $" {line}\n");
            File.AppendAllText(Path, record.ToString());
        }
    }

    /// <summary>Skips sequence numbers: records that a real ring would have overwritten.</summary>
    public void Lose(ulong records)
    {
        lock (_writing)
            _sequence += records;
    }
}
