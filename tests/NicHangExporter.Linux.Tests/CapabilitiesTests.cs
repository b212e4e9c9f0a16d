using System.Globalization;
using NicHangExporter.TestSupport;

namespace NicHangExporter.Linux.Tests;

public sealed class CapabilitiesTests : IDisposable
{
    private readonly TemporaryDirectory _directory = new();

    public void Dispose() => _directory.Dispose();

    [Theory]
    [InlineData("0000000000000000", false, false)]
    [InlineData("000001ffffffffff", true, true)]
    [InlineData("ffffffffffffffff", true, true)]
    [InlineData("0000000000001000", true, false)] // CAP_NET_ADMIN alone
    [InlineData("0000000400000000", false, true)] // CAP_SYSLOG alone
    [InlineData("0000000400001000", true, true)]
    [InlineData("FFFFFFFBFFFFEFFF", false, false)] // everything else
    [InlineData("1000", true, false)]
    public void Effective_Set_IsReadBitByBit(string set, bool netAdmin, bool sysLog)
    {
        Write(
            "Name:\tx\nCapInh:\tffffffffffffffff\nCapPrm:\tffffffffffffffff\n"
            + $"CapEff:\t{set}\nCapBnd:\t0000000000000000\n");
        Assert.Equal((netAdmin, sysLog), (Effective(Capability.NetAdmin), Effective(Capability.SysLog)));
    }

    [Theory]
    [InlineData("")]
    [InlineData("CapPrm:\tffffffffffffffff\n")]
    [InlineData("CapEff:\t\n")]
    [InlineData("CapEff:\n")]
    [InlineData("CapEff:\tnone\n")]
    [InlineData("CapEff:\t00001000 \n")]
    [InlineData("CapEff:\t1ffffffffffffffff\n")]
    [InlineData("CapEff:\t-1\n")]
    [InlineData("Name:\tCapEff:\tffffffffffffffff\n")]
    public void Effective_WhatIsNoSet_IsNull(string content)
    {
        Write(content);
        Assert.Null(Effective(Capability.NetAdmin));
    }

    [Fact]
    public void Effective_NothingThere_IsNull() => Assert.Null(Effective(Capability.NetAdmin));

    [Fact]
    public void Effective_BehindAsManyGroupsAsThereMayBe_IsFound()
    {
        Write(
            $"Groups:\t{string.Join(' ', Enumerable.Repeat(uint.MaxValue - 1, 65536))} \nCapEff:\t0000000000001000\n");
        Assert.True(Effective(Capability.NetAdmin));
        Assert.False(Effective(Capability.SysLog));
    }

    [Fact]
    public void Effective_FileWithoutEnd_IsNull()
    {
        Directory.CreateDirectory(_directory.File("self"));
        File.CreateSymbolicLink(_directory.File("self/status"), "/dev/zero");
        Assert.Null(Effective(Capability.NetAdmin));
    }

    [Fact]
    public void Effective_OfThisProcess_IsWhatTheKernelPrints()
    {
        var line = File.ReadLines("/proc/self/status")
            .Single(line => line.StartsWith("CapEff:", StringComparison.Ordinal));
        var set = ulong.Parse(line.AsSpan("CapEff:\t".Length), NumberStyles.HexNumber, CultureInfo.InvariantCulture);
        Assert.Equal((set & 1ul << 12) != 0, Capabilities.Effective("/proc", Capability.NetAdmin));
        Assert.Equal((set & 1ul << 34) != 0, Capabilities.Effective("/proc", Capability.SysLog));
    }

    [Fact]
    public void Raise_Permitted_BecomesEffective_AndNothingElseDoes()
    {
        Requires.Root();
        var sets = OnAThread(() =>
        {
            KeepOnly(effective: 0, permitted: NetAdmin | SysLog);
            var before = Sets();
            Capabilities.Raise(Capability.NetAdmin);
            var one = Sets();
            Capabilities.Raise(Capability.NetAdmin, Capability.SysLog);
            return (before, one, Sets());
        });
        Assert.Equal(
            ((0ul, NetAdmin | SysLog), (NetAdmin, NetAdmin | SysLog), (NetAdmin | SysLog, NetAdmin | SysLog)), sets);
    }

    [Fact]
    public void Raise_NotPermitted_ChangesNothing()
    {
        Requires.Root();
        var sets = OnAThread(() =>
        {
            KeepOnly(effective: 0, permitted: SysLog);
            Capabilities.Raise(Capability.NetAdmin);
            return Sets();
        });
        Assert.Equal((0ul, SysLog), sets);
    }

    [Fact]
    public void Raise_OnOneThread_LeavesTheOthersAsTheyWere()
    {
        Requires.Root();
        var before = Sets();
        OnAThread(() =>
        {
            KeepOnly(effective: 0, permitted: NetAdmin);
            Capabilities.Raise(Capability.NetAdmin);
            return 0;
        });
        Assert.Equal(before, Sets());
    }

    private const ulong NetAdmin = 1ul << 12;
    private const ulong SysLog = 1ul << 34;

    // A dedicated thread, because it gives up capabilities.
    private static T OnAThread<T>(Func<T> act)
    {
        var done = new TaskCompletionSource<T>();
        var thread = new Thread(() =>
        {
            try
            {
                done.SetResult(act());
            }
            catch (Exception exception)
            {
                done.SetException(exception);
            }
        });
        thread.Start();
        thread.Join();
        return done.Task.GetAwaiter().GetResult();
    }

    private static void KeepOnly(ulong effective, ulong permitted)
    {
        uint[] header = [0x20080522, 0];
        uint[] sets = [(uint)effective, (uint)permitted, 0, (uint)(effective >> 32), (uint)(permitted >> 32), 0];
        Assert.Equal(0, SetSets(header, sets));
    }

    // As the kernel prints them.
    private static (ulong Effective, ulong Permitted) Sets()
    {
        var lines = File.ReadAllLines("/proc/thread-self/status");
        return (Set("CapEff:\t"), Set("CapPrm:\t"));

        ulong Set(string key) =>
            ulong.Parse(
                lines.Single(line => line.StartsWith(key, StringComparison.Ordinal)).AsSpan(key.Length),
                NumberStyles.HexNumber, CultureInfo.InvariantCulture);
    }

    [System.Runtime.InteropServices.DllImport("libc.so.6", EntryPoint = "capset")]
    [System.Runtime.InteropServices.DefaultDllImportSearchPaths(
        System.Runtime.InteropServices.DllImportSearchPath.SafeDirectories)]
    private static extern int SetSets(uint[] header, uint[] sets);

    private bool? Effective(Capability capability) => Capabilities.Effective(_directory.Path, capability);

    private void Write(string content)
    {
        Directory.CreateDirectory(_directory.File("self"));
        File.WriteAllText(_directory.File("self/status"), content);
    }
}
