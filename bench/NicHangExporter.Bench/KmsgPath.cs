using System.Diagnostics;
using NicHangExporter.Detection.Patterns;
using NicHangExporter.Linux;
using NicHangExporter.Linux.Kmsg;

namespace NicHangExporter.Bench;

/// <summary>The result of a pass over a log.</summary>
/// <param name="Records">Records read.</param>
/// <param name="Found">Records that report a NIC's hang, watchdog timeout or reset.</param>
/// <param name="Elapsed">How long it took.</param>
/// <param name="Matched">Found records and others that the pattern table matches: links, renames.</param>
/// <param name="AllocatedByMatched">Bytes allocated while matched records were handled; 0 unless measured.</param>
/// <param name="Allocated">Bytes allocated in total.</param>
internal readonly record struct KmsgPass(
    int Records, int Found, TimeSpan Elapsed, int Matched, long AllocatedByMatched, long Allocated);

/// <summary>The path of a record in the exporter's kmsg thread: read, parse, unescape, detect.</summary>
internal static class KmsgPath
{
    /// <summary>Reads a recording to its end.</summary>
    /// <param name="path">The recording.</param>
    /// <param name="weigh">Whether to measure allocations by record, which takes additional time.</param>
    public static KmsgPass Run(string path, bool weigh)
    {
        var unescaped = new byte[16 * 1024];
        int records = 0, found = 0, matched = 0;
        long byMatched = 0;
        using var reader = new KmsgReader(path);
        var allocated = GC.GetAllocatedBytesForCurrentThread();
        var start = Stopwatch.GetTimestamp();
        while (reader.Read(out var bytes) == KmsgReadStatus.Record)
        {
            if (!KmsgRecord.TryParse(bytes, out var record))
                throw new InvalidOperationException($"record {records} of {path} is malformed");
            records++;
            var before = weigh ? GC.GetAllocatedBytesForCurrentThread() : 0;
            var text = record.Text;
            if (record.HasEscapes)
                text = unescaped.AsSpan(0, KernelText.Unescape(text, unescaped));
            if (!RecordFilter.MayMatch(text)
                || !HangDetector.TryDetect(
                    text, record.Value("SUBSYSTEM"u8), record.Value("DEVICE"u8), DetectionMode.Kernel, out var message))
                continue;
            matched++;
            found += message.Kind is MessageKind.Hang or MessageKind.Watchdog or MessageKind.Reset ? 1 : 0;
            byMatched += weigh ? GC.GetAllocatedBytesForCurrentThread() - before : 0;
        }
        return new KmsgPass(
            records, found, Stopwatch.GetElapsedTime(start), matched, byMatched,
            GC.GetAllocatedBytesForCurrentThread() - allocated);
    }
}
