using System.Text;
using NicHangExporter.Linux;

namespace NicHangExporter.Tests.Detection.Patterns;

/// <summary>
/// Damages real records in the ways that cables, buffers, editors and attackers do; the same seed gives the same
/// records.
/// </summary>
internal sealed class Mutations(int seed)
{
    private static readonly byte[][] Sources = [.. Texts().Distinct().Select(Encoding.Latin1.GetBytes)];

    private static readonly string[] Prefixes =
    [
        "foo: ",
        "sudo[4242]: ",
        "> ",
        "e1000e 0000:00:1f.6 eno1: ",
        "igb: ",
        "eth0: ",
        "eth0 ",
        "net eth0: ",
        "bnx2x: [f:1(eth0)]",
        "[f:1(eth0)]",
        "mlx5_core 0000:04:00.0: f:1:(pid 1): ",
        "0000:00:19.0: ",
        "tg3: eth0: ",
        "\"",
        "[",
        "NETDEV WATCHDOG: ",
        "...: ",
        " ",
        "(unnamed net_device) (uninitialized): ",
        "\n",
    ];

    private static readonly byte[] Telling = [.. " :()[]eth01x\n\\\0"u8, 0xff];

    private readonly Random _random = new(seed);

    /// <summary>
    /// The texts of the records that damage is done to: the fixture lines, the look-alikes of the corpus, and a real
    /// machine's log.
    /// </summary>
    public static IEnumerable<string> Texts()
    {
        foreach (var line in File.ReadLines(Fixtures.PathOf("patterns.tsv")).Skip(1)) yield return line.Split('\t')[7];
        foreach (var file in Directory.GetFiles(Fixtures.PathOf("corpus"), "*.log").Order(StringComparer.Ordinal))
            foreach (var line in File.ReadLines(file)) yield return line.Split("] ", 2)[^1];
        foreach (var record in LabRecords()) yield return Encoding.Latin1.GetString(record);
    }

    /// <summary>The records of a real kernel, with hangs of e1000e, e1000 and virtio_net, unescaped.</summary>
    public static IEnumerable<byte[]> LabRecords() =>
        from file in Directory.GetFiles(Fixtures.PathOf("lab"), "*.raw").Order(StringComparer.Ordinal)
        from line in File.ReadLines(file, Encoding.Latin1)
        where !line.StartsWith(' ') && line.Contains(';', StringComparison.Ordinal)
        select Unescape(line[(line.IndexOf(';', StringComparison.Ordinal) + 1)..]);

    public byte[] Next()
    {
        var text = Pick(Sources);
        for (var steps = _random.Next(4); steps >= 0; steps--)
            text = Step(text);
        return text;
    }

    private byte[] Step(byte[] text) => _random.Next(9) switch
    {
        0 => text,
        1 => text[..At(text)],
        2 => text[At(text)..],
        3 => Flip(text),
        4 => [.. text[..At(text)], .. Pick(Sources) is var other ? other[At(other)..] : []],
        5 => [.. Encoding.Latin1.GetBytes(Pick(Prefixes)), .. text],
        6 => text.Length == 0
            ? text
            : [.. text[..At(text)], .. Encoding.Latin1.GetBytes(Pick(Prefixes)), .. text[At(text)..]],
        7 => Remove(text),
        _ => [.. text[..At(text)], (byte)_random.Next(256), .. text[At(text)..]],
    };

    private byte[] Flip(byte[] text)
    {
        if (text.Length == 0) return text;
        var flipped = (byte[])text.Clone();
        flipped[_random.Next(text.Length)] = Telling[_random.Next(Telling.Length)];
        return flipped;
    }

    private byte[] Remove(byte[] text)
    {
        var from = At(text);
        return [.. text[..from], .. text[Math.Min(text.Length, from + _random.Next(1, 4))..]];
    }

    private int At(byte[] text) => _random.Next(text.Length + 1);

    private T Pick<T>(T[] from) => from[_random.Next(from.Length)];

    private static byte[] Unescape(string escaped)
    {
        var text = new byte[escaped.Length];
        return text[..KernelText.Unescape(Encoding.Latin1.GetBytes(escaped), text)];
    }
}
