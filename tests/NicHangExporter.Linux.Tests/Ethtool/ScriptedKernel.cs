using System.Runtime.InteropServices;
using System.Text;
using NicHangExporter.Linux.Uapi;

namespace NicHangExporter.Linux.Tests.Ethtool;

/// <summary>
/// Imitates net/ethtool/ioctl.c on the bytes of a command, for devices that are not available. It writes offsets and
/// numbers directly, so that it does not share mistakes with the mirrors of the headers. It writes as many bytes as the
/// kernel would, so that a buffer that is smaller than its count ends in an exception.
/// </summary>
internal sealed class ScriptedKernel
{
    private const uint DriverInfo = 0x03,
        Renegotiate = 0x09,
        Link = 0x0a,
        Rings = 0x10,
        Pause = 0x12,
        SetPause = 0x13,
        Strings = 0x1b,
        Statistics = 0x1d,
        PermanentAddress = 0x20,
        StringSetInfo = 0x37,
        GetFeatures = 0x3a,
        SetFeatures = 0x3b,
        Eee = 0x44,
        SetEee = 0x45,
        LinkSettings = 0x4c;

    /// <summary>The received commands, in their order.</summary>
    public List<uint> Commands { get; } = [];

    /// <summary>
    /// Called before a command: a negative number is returned as an error; otherwise the command is executed.
    /// </summary>
    public Func<uint, int> Before { get; set; } = _ => 0;

    /// <summary>Called after a command.</summary>
    public Action<uint> After { get; set; } = _ => { };

    public Dictionary<int, byte[][]> StringSets { get; } = new()
    {
        [1] = [Text("rx_packets"), Text("tx packets"), Text("tx_timeout_count")],
        [4] =
            [
                Text("tx-scatter-gather"),
                Text("tx-checksum-ipv4"),
                Text(""),
                Text("tx-tcp-segmentation"),
                Text("rx-gro"),
            ],
    };

    public List<ulong> Values { get; } = [11, 22, 33];

    /// <summary>The number of feature words of this kernel.</summary>
    public int FeatureWords { get; set; } = 2;

    /// <summary>Behaves as older kernels: writes all strings or values, regardless of the given count.</summary>
    public bool IgnoresCounts { get; set; }

    /// <summary>Features by bit.</summary>
    public HashSet<int> Available { get; } = [0, 3, 4];
    public HashSet<int> Requested { get; } = [0, 3];
    public HashSet<int> Active { get; } = [0];
    public HashSet<int> NeverChanged { get; } = [1];

    /// <summary>The requests of ETHTOOL_SFEATURES: the value by bit.</summary>
    public Dictionary<int, bool> Requests { get; } = [];

    /// <summary>What ETHTOOL_SFEATURES returns.</summary>
    public int SetFeaturesResult { get; set; }

    /// <summary>
    /// struct ethtool_eee behind its command: supported, advertised, of the partner, active, enabled, TX LPI on, its
    /// timer, reserved.
    /// </summary>
    public uint[] EeeWords { get; } = [0x28, 0x20, 0x08, 0, 1, 1, 17, 0xaaaa, 0xbbbb];

    /// <summary>struct ethtool_pauseparam behind its command: autonegotiation, receive, transmit.</summary>
    public uint[] PauseWords { get; } = [1, 0, 1];

    public byte[] Driver { get; set; } = Text("e1000e");
    public byte[] Version { get; set; } = Text("6.18.44");
    public sbyte LinkModeWords { get; set; } = 4;
    public uint Speed { get; set; } = 1000;
    public byte Duplex { get; set; } = 1;
    public byte[] Address { get; set; } = [0x02, 0xfc, 0, 0, 0, 1];

    /// <summary>A field of 32 bytes.</summary>
    public static byte[] Text(string text) => [.. Encoding.UTF8.GetBytes(text), .. new byte[32 - text.Length]];

    /// <summary>Fits the seam of the code under test.</summary>
    public int Ioctl(int request, ref IfReq ifreq, Span<byte> payload)
    {
        Assert.Equal(0x8946, request);
        Assert.Equal("eth0\0"u8, ((ReadOnlySpan<byte>)ifreq.Name)[..5]);
        var command = U32(payload, 0);
        Commands.Add(command);
        var error = Before(command);
        if (error < 0)
            return error;
        var result = CarryOut(command, payload);
        After(command);
        return result;
    }

    private int CarryOut(uint command, Span<byte> payload) => command switch
    {
        DriverInfo => AnswerDriverInfo(payload),
        Renegotiate => 0,
        Link => Write(payload, 4, 1),
        Rings => Write(payload, 4, 4096, 0, 0, 4096, 256, 0, 0, 512),
        Pause => Write(payload, 4, PauseWords),
        SetPause => Take(payload, PauseWords),
        Eee => Write(payload, 4, EeeWords),
        SetEee => AnswerSetEee(payload),
        Strings => AnswerStrings(payload),
        StringSetInfo => AnswerStringSetInfo(payload),
        Statistics => AnswerStatistics(payload),
        PermanentAddress => AnswerPermanentAddress(payload),
        GetFeatures => AnswerGetFeatures(payload),
        SetFeatures => AnswerSetFeatures(payload),
        LinkSettings => AnswerLinkSettings(payload),
        _ => -95,
    };

    private int AnswerDriverInfo(Span<byte> payload)
    {
        Assert.Equal(196, payload.Length);
        Driver.CopyTo(payload[4..]);
        Version.CopyTo(payload[36..]);
        Text("0.5-4").CopyTo(payload[68..]);
        Text("0000:00:1f.6").CopyTo(payload[100..]);
        return 0;
    }

    private int AnswerStringSetInfo(Span<byte> payload)
    {
        var mask = MemoryMarshal.Read<ulong>(payload[8..]);
        var answered = 0ul;
        var offset = 16;
        for (var set = 0; set < 64; set++)
        {
            if ((mask >> set & 1) == 0 || !StringSets.TryGetValue(set, out var strings))
                continue;
            answered |= 1ul << set;
            Write(payload, offset, (uint)strings.Length);
            offset += 4;
        }
        MemoryMarshal.Write(payload[8..], answered);
        return 0;
    }

    private int AnswerStrings(Span<byte> payload)
    {
        var strings = StringSets[(int)U32(payload, 4)];
        // The kernel takes 0 for "any number".
        Assert.NotEqual(0u, U32(payload, 8));
        if (U32(payload, 8) != strings.Length && !IgnoresCounts)
            return Write(payload, 8, 0);
        Write(payload, 8, (uint)strings.Length);
        for (var i = 0; i < strings.Length; i++)
            strings[i].CopyTo(payload.Slice(12 + 32 * i, 32));
        return 0;
    }

    private int AnswerStatistics(Span<byte> payload)
    {
        Assert.NotEqual(0u, U32(payload, 4));
        if (U32(payload, 4) != Values.Count && !IgnoresCounts)
            return Write(payload, 4, 0);
        Write(payload, 4, (uint)Values.Count);
        for (var i = 0; i < Values.Count; i++)
            MemoryMarshal.Write(payload[(8 + 8 * i)..], Values[i]);
        return 0;
    }

    private int AnswerPermanentAddress(Span<byte> payload)
    {
        if (U32(payload, 4) < Address.Length)
            return -525;
        Write(payload, 4, (uint)Address.Length);
        Address.CopyTo(payload[8..]);
        return 0;
    }

    private int AnswerGetFeatures(Span<byte> payload)
    {
        var capacity = (int)U32(payload, 4);
        Write(payload, 4, (uint)FeatureWords);
        for (var word = 0; word < int.Min(capacity, FeatureWords); word++)
            Write(
                payload, 8 + 16 * word, Word(Available, word), Word(Requested, word), Word(Active, word),
                Word(NeverChanged, word));
        return 0;
    }

    private int AnswerSetFeatures(Span<byte> payload)
    {
        if (U32(payload, 4) != FeatureWords)
            return -22;
        for (var bit = 0; bit < 32 * FeatureWords; bit++)
        {
            if ((U32(payload, 8 + 8 * (bit / 32)) >> bit % 32 & 1) == 0)
                continue;
            if (NeverChanged.Contains(bit))
                return -22;
            Requests.Add(bit, (U32(payload, 12 + 8 * (bit / 32)) >> bit % 32 & 1) != 0);
        }
        return SetFeaturesResult;
    }

    // e1000e: a request that changes more than the switch is refused.
    private int AnswerSetEee(Span<byte> payload)
    {
        if (U32(payload, 24) != EeeWords[5] || U32(payload, 28) != EeeWords[6])
            return -22;
        return Take(payload, EeeWords);
    }

    private static int Take(Span<byte> payload, uint[] words)
    {
        Assert.Equal(4 + 4 * words.Length, payload.Length);
        for (var i = 0; i < words.Length; i++)
            words[i] = U32(payload, 4 + 4 * i);
        return 0;
    }

    private int AnswerLinkSettings(Span<byte> payload)
    {
        var asked = (sbyte)payload[15];
        payload[4..48].Clear();
        if (asked != LinkModeWords)
        {
            payload[15] = (byte)-LinkModeWords;
            return 0;
        }
        Write(payload, 4, Speed);
        payload[8] = Duplex;
        payload[11] = 1;
        payload[15] = (byte)LinkModeWords;
        payload.Slice(48, 12 * LinkModeWords).Fill(0x5a);
        return 0;
    }

    private static uint Word(HashSet<int> bits, int word) =>
        bits.Where(bit => bit / 32 == word).Aggregate(0u, (value, bit) => value | 1u << bit % 32);

    private static uint U32(Span<byte> payload, int offset) => MemoryMarshal.Read<uint>(payload[offset..]);

    private static int Write(Span<byte> payload, int offset, params ReadOnlySpan<uint> values)
    {
        for (var i = 0; i < values.Length; i++)
            MemoryMarshal.Write(payload[(offset + 4 * i)..], values[i]);
        return 0;
    }
}
