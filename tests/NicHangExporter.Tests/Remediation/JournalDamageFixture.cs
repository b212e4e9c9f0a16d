using NicHangExporter.Options;
using NicHangExporter.Remediation.Journaling;
using NicHangExporter.State;
using NicHangExporter.TestSupport;

namespace NicHangExporter.Tests.Remediation;

/// <summary>A journal on a disk of the test.</summary>
public abstract class JournalDamageFixture : IDisposable
{
    private protected readonly TemporaryDirectory _directory = new();
    private protected readonly ExporterOptions _options;
    private protected readonly StateDirectory _state;

    private protected JournalDamageFixture()
    {
        _options = new ExporterOptions { Paths = new() { StateDirectory = _directory.Path } };
        _state = new StateDirectory(_options);
    }

    private protected string Path => _directory.File("journal.jsonl");

    public void Dispose()
    {
        _state.Dispose();
        _directory.Dispose();
        GC.SuppressFinalize(this);
    }

    public enum JournalDamage
    {
        Empty,
        WithoutCheckpoint,
        LineMissing,
        NulBytes,
    }

    private protected FaultyDisk Written(int entries, out JournalWriter writer)
    {
        var disk = new FaultyDisk();
        var histories = new Histories(3);
        writer = new JournalWriter(_options, _state, Files(disk));
        while (writer.Seq < entries)
            Assert.True(writer.Append(histories.After(writer.Seq)));
        writer.Dispose();
        return disk;
    }

    private protected static JournalFiles Files(FaultyDisk disk) => disk.Files with { MaxBytes = 12_000 };

    private protected static FaultyDisk Copy(FaultyDisk disk) => disk.Kill();

    // Returns the first byte that is not as it was.
    private protected static (byte[] Damaged, int First) Damage(byte[] content, Random random)
    {
        var at = random.Next(content.Length);
        var length = random.Next(1, 200);
        var damaged = random.Next(5) switch
        {
            0 => [.. content[..at], (byte)(content[at] ^ (1 << random.Next(8))), .. content[(at + 1)..]],
            1 => [.. content[..at], (byte)random.Next(256), .. content[(at + 1)..]],
            2 => [.. content[..at], .. new byte[Math.Min(length, content.Length - at)],
                .. content[Math.Min(content.Length, at + length)..]],
            3 => [.. content[..at], .. content[Math.Min(content.Length, at + length)..]],
            _ => (byte[])[.. content[..at], .. Garbage(random, length), .. content[at..]],
        };
        var first = content.AsSpan().CommonPrefixLength(damaged);
        return first == content.Length && first == damaged.Length ? Damage(content, random) : (damaged, first);
    }

    private protected static byte[] Garbage(Random random, int length)
    {
        var garbage = new byte[length];
        random.NextBytes(garbage);
        return garbage;
    }

    private protected static List<int> Ends(byte[] content) =>
        [.. content.Index().Where(pair => pair.Item == '\n').Select(pair => pair.Index + 1)];

    private protected static List<byte[]> Lines(byte[] content) =>
        [.. Ends(content).Prepend(0).Zip(Ends(content), (start, end) => content[start..end])];
}
