using System.Text;
using NicHangExporter.Linux.Procfs;
using NicHangExporter.TestSupport;

namespace NicHangExporter.Linux.Tests.Procfs;

public sealed class NetDevFileTests : IDisposable
{
    private static readonly ulong[] Counting = [1, 2, 3, 4, 5, 6, 7, 8, 9, 10, 11, 12, 13, 14, 15, 16];

    private readonly TemporaryDirectory _directory = new(inMemory: true);
    private readonly NetDevFile _file;

    public NetDevFileTests() => _file = new NetDevFile(_directory.File("dev"));

    public void Dispose()
    {
        _file.Dispose();
        _directory.Dispose();
    }

    [Fact]
    public void Read_OfTheKernelsText_HasEveryColumnInItsPlace()
    {
        Write(NetDevText.Header + NetDevText.Line("lo", new ulong[16]) + NetDevText.Line("enp0s31f6", Counting));

        Assert.Equal(Errno.None, _file.TryRead());

        Assert.Equal(["lo", "enp0s31f6"], Names());
        var row = _file.Table.Rows[1];
        Assert.Equal(Counting, Enum.GetValues<NetDevColumn>().Select(column => row[column]));
    }

    [Fact]
    public void Read_OfLargestNumbers_IsExact()
    {
        Write(NetDevText.Header + NetDevText.Line("eth0", Enumerable.Repeat(ulong.MaxValue, 16).ToArray()));

        Assert.Equal(Errno.None, _file.TryRead());

        Assert.Equal(ulong.MaxValue, _file.Table.Rows[0][NetDevColumn.RxBytes]);
        Assert.Equal(ulong.MaxValue, _file.Table.Rows[0][NetDevColumn.TxCompressed]);
    }

    [Theory]
    // Kernels before 2.6.36 write no blank after the colon.
    [InlineData("  eth0:1 2 3 4 5 6 7 8 9 10 11 12 13 14 15 16\n", "eth0")]
    [InlineData(@"$(id)\x80: 1 2 3 4 5 6 7 8 9 10 11 12 13 14 15 16" + "\n", @"$(id)\x80")]
    [InlineData("a|b: 1 2 3 4 5 6 7 8 9 10 11 12 13 14 15 16 \n", "a|b")]
    // An old kernel accepts a colon in a name. The program does not know such a device, in sysfs either.
    [InlineData("eth0:1: 1 2 3 4 5 6 7 8 9 10 11 12 13 14 15 16\n", null)]
    [InlineData("abcdefghijklmnop: 1 2 3 4 5 6 7 8 9 10 11 12 13 14 15 16\n", null)]
    [InlineData(": 1 2 3 4 5 6 7 8 9 10 11 12 13 14 15 16\n", null)]
    public void Read_OfAnOddName_KeepsOrSkipsIt(string line, string? name)
    {
        Write(NetDevText.Header + line);

        Assert.Equal(Errno.None, _file.TryRead());

        Assert.Equal(name is null ? [] : [name], Names());
    }

    [Theory]
    [InlineData("", 1)]
    [InlineData("garbage\n", 1)]
    [InlineData("Inter-|   Receive\n", 2)]
    [InlineData("Inter-|   Receive\n face |bytes    packets errs drop fifo frame\n", 2)]
    [InlineData(NetDevText.Header + "eth0: 1 2 3 4 5 6 7 8 9 10 11 12 13 14 15\n", 3)]
    [InlineData(NetDevText.Header + "eth0: 1 2 3 4 5 6 7 8 9 10 11 12 13 14 15 16 17\n", 3)]
    [InlineData(NetDevText.Header + "eth0: 1 2 3 4 5 6 7 8 9 10 11 12 13 14 15 16", 3)]
    [InlineData(NetDevText.Header + "eth0: -1 2 3 4 5 6 7 8 9 10 11 12 13 14 15 16\n", 3)]
    [InlineData(NetDevText.Header + "eth0: 1x 2 3 4 5 6 7 8 9 10 11 12 13 14 15 16\n", 3)]
    [InlineData(NetDevText.Header + "eth0: 18446744073709551616 2 3 4 5 6 7 8 9 10 11 12 13 14 15 16\n", 3)]
    [InlineData(NetDevText.Header + "eth0 no device\n", 3)]
    [InlineData(NetDevText.Header + "\n", 3)]
    public void Read_OfAnotherText_NamesTheLineAndKeepsNoRow(string text, int line)
    {
        Write(NetDevText.Header + NetDevText.Line("eth0", Counting));
        _file.TryRead();
        Write(text);

        Assert.Equal(Errno.Invalid, _file.TryRead());

        Assert.Equal(line, _file.MalformedLine);
        Assert.Equal(0, _file.Table.Count);
        Write(NetDevText.Header + NetDevText.Line("eth0", Counting));
        Assert.Equal(Errno.None, _file.TryRead());
        Assert.Equal(0, _file.MalformedLine);
        Assert.Equal(["eth0"], Names());
    }

    [Fact]
    public void Read_OfDamagedText_NeverThrows()
    {
        var random = new Random(20);
        var text = Encoding.ASCII.GetBytes(
            NetDevText.Header + NetDevText.Line("lo", Counting) + NetDevText.Line("eth0", Counting));
        var table = new NetDevTable();
        for (var round = 0; round < 100_000; round++)
        {
            var damaged = text.AsSpan(0, random.Next(text.Length + 1)).ToArray();
            for (var change = random.Next(4); change > 0 && damaged.Length > 0; change--)
                damaged[random.Next(damaged.Length)] = (byte)random.Next(256);
            var line = table.Parse(damaged);
            Assert.InRange(line, 0, 10);
            Assert.True(line == 0 || table.Count == 0);
        }
    }

    [Fact]
    public void Read_OfAThousandDevices_GrowsTheBufferAndThenAllocatesNothing()
    {
        Write(NetDevText.Header
            + string.Concat(Enumerable.Range(0, 1000).Select(number => NetDevText.Line($"veth{number}", Counting))));
        Assert.Equal(Errno.None, _file.TryRead());
        Assert.True(_file.Table.NamesChanged);

        var errno = Errno.Invalid;
        Assert.Equal(0, Allocations.Of(() => errno = _file.TryRead()));
        Assert.Equal(Errno.None, errno);
        Assert.Equal(Enumerable.Range(0, 1000).Select(number => $"veth{number}"), Names());
    }

    [Fact]
    public void NamesChanged_OnlyWhenAnInterfaceComesGoesOrIsRenamed()
    {
        Assert.True(ChangedBy("eth0", "eth1"));
        Assert.False(ChangedBy("eth0", "eth1"));
        Assert.True(ChangedBy("eth0"));
        Assert.False(ChangedBy("eth0"));
        Assert.True(ChangedBy("eth0", "eth1"));
        Assert.True(ChangedBy("eth1", "eth0"));
        Assert.True(ChangedBy("eth1", "wan"));
        // Devices that are skipped never count as a change.
        Assert.False(ChangedBy("eth1", "a:b", "wan"));

        bool ChangedBy(params string[] names)
        {
            Write(NetDevText.Header + string.Concat(names.Select(name => NetDevText.Line(name, Counting))));
            Assert.Equal(Errno.None, _file.TryRead());
            return _file.Table.NamesChanged;
        }
    }

    [Fact]
    public void Find_WithAWrongHint_FindsTheRow()
    {
        Write(NetDevText.Header + NetDevText.Line("eth0", Counting) + NetDevText.Line("eth1", Counting));
        _file.TryRead();

        foreach (var hint in new[] { -1, 0, 1, 2, int.MaxValue })
        {
            Assert.Equal(1, _file.Table.Find(Some.Interface("eth1"u8), hint));
            Assert.Equal(-1, _file.Table.Find(Some.Interface("eth2"u8), hint));
        }
    }

    [Fact]
    public void Read_OfAMissingFile_SaysSoAndSucceedsOnceItExists()
    {
        Assert.Equal(Errno.NoEntry, _file.TryRead());
        Write(NetDevText.Header);
        Assert.Equal(Errno.None, _file.TryRead());
        Assert.Equal(0, _file.Table.Count);
    }

    [Fact]
    public void Read_AfterAnErrorOfTheOpenFile_OpensItAgain()
    {
        // A directory can be opened and not be read.
        Directory.CreateDirectory(_file.Path);
        Assert.Equal(Errno.IsDirectory, _file.TryRead());
        Directory.Delete(_file.Path);
        Write(NetDevText.Header + NetDevText.Line("eth0", Counting));

        Assert.Equal(Errno.None, _file.TryRead());
        Assert.Equal(["eth0"], Names());
    }

    private void Write(string text) => File.WriteAllBytes(_file.Path, Latin(text));

    private static byte[] Latin(string text)
    {
        var bytes = Encoding.ASCII.GetBytes(text);
        return bytes[..KernelText.Unescape(bytes, bytes)];
    }

    private IEnumerable<string> Names() => _file.Table.Rows.ToArray().Select(row => row.Name.ToString());
}
