namespace NicHangExporter.Linux.Tests.Kmsg;

/// <summary>
/// Recorded kernel logs, cut into records by a naive reading of the ABI: what the splitter is measured by.
/// </summary>
internal static class Recordings
{
    public static readonly string[] Names =
        ["kmsg-e1000.raw", "kmsg-e1000e.raw", "kmsg-e1000e-watchdog.raw", "kmsg-igb-caller.raw", "kmsg-virtio.raw"];

    public static List<byte[]> All() => [.. Names.SelectMany(name => Split(Some.Recording(name)))];

    /// <summary>
    /// Lines, with each line that begins with a blank joined to the one before it; empty lines are none.
    /// </summary>
    public static List<byte[]> Split(ReadOnlySpan<byte> recording)
    {
        var records = new List<byte[]>();
        while (!recording.IsEmpty)
        {
            var newline = recording.IndexOf((byte)'\n');
            var line = newline < 0 ? recording : recording[..(newline + 1)];
            recording = recording[line.Length..];
            if (line[0] == ' ' && records.Count > 0)
                records[^1] = [.. records[^1], .. line];
            else
                records.Add(line.ToArray());
        }
        records.RemoveAll(static record => record is [(byte)'\n']);
        return records;
    }
}
