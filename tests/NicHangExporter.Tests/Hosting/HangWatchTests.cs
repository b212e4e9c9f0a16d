using NicHangExporter.Hosting;
using NicHangExporter.Linux;
using NicHangExporter.Linux.Sysfs;

namespace NicHangExporter.Tests.Hosting;

/// <summary>The watch before a command of the console: over a kernel log in a file, with a fake clock.</summary>
public sealed class HangWatchTests : IDisposable
{
    private const string Hang = "e1000e 0000:00:1f.6 eno1: Detected Hardware Unit Hang";

    private static readonly TimeSpan Limit = TimeSpan.FromSeconds(30);
    private static readonly TimeSpan Sample = TimeSpan.FromMilliseconds(100);

    private readonly FixtureHost _host = new();
    private readonly List<string> _said = [];

    public HangWatchTests() => _host.AddNic();

    public void Dispose() => _host.Dispose();

    [Fact]
    public async Task Wait_WithoutANewReportOrPacket_TakesSixSeconds()
    {
        // From before the start: history.
        _host.Append(1, Hang);
        var watch = await StartAsync();

        var waiting = watch.WaitAsync("eno1");
        Assert.False(waiting.IsCompleted);
        _host.Clock.Advance(TimeSpan.FromSeconds(6));

        await EndAsync(watch, waiting);
        Assert.Equal(["eno1: looking whether it hangs, for up to 6 s ..."], _said);
    }

    [Fact]
    public async Task Wait_EndsWithAHangReport()
    {
        var watch = await StartAsync();

        var waiting = watch.WaitAsync("eno1");
        Assert.False(waiting.IsCompleted);
        _host.Append(1, Hang);
        Assert.True(SpinWait.SpinUntil(() => Reports() > 0, Limit), "the report was not read");
        _host.Clock.Advance(Sample);

        await EndAsync(watch, waiting);
    }

    [Fact]
    public async Task Wait_EndsWithASentPacket()
    {
        var watch = Watch();

        var waiting = watch.WaitAsync("eno1");
        Assert.False(waiting.IsCompleted);
        _host.Sysfs.Write("eno1", "statistics/tx_packets", "1\n");
        _host.Clock.Advance(Sample);

        await waiting.WaitAsync(Limit, TestContext.Current.CancellationToken);
    }

    [Fact]
    public async Task Device_IsFoundByItsBusAddress()
    {
        var watch = Watch();

        var waiting = watch.WaitAsync("0000:00:1f.6");
        Assert.False(waiting.IsCompleted);
        _host.Evidence.Report(Name(), Bus(), _host.Clock.GetElapsedTime(0), default, 0);
        _host.Clock.Advance(Sample);

        await waiting.WaitAsync(Limit, TestContext.Current.CancellationToken);
        Assert.StartsWith("eno1: ", Assert.Single(_said), StringComparison.Ordinal);
    }

    [Theory]
    [InlineData("eno9")]
    [InlineData("0000:99:00.0")]
    [InlineData("../../etc")]
    public void UnknownDevice_IsNotWaitedFor(string device)
    {
        Assert.True(Watch().WaitAsync(device).IsCompletedSuccessfully);
        Assert.Empty(_said);
    }

    [Fact]
    public void AddressOfSeveralDevices_IsNotWaitedFor()
    {
        _host.AddNic("ens1p0", "pci0000:00/0000:01:00.0");
        _host.AddNic("ens1p1", "pci0000:00/0000:01:00.0");

        Assert.True(Watch().WaitAsync("0000:01:00.0").IsCompletedSuccessfully);
        Assert.Empty(_said);
    }

    private HangWatch Watch() => new(
        _host.Monitor, _host.Poller, _host.Evidence, new NetClass(_host.Sysfs.Root), _host.Clock, _said.Add);

    private async Task<HangWatch> StartAsync()
    {
        var watch = Watch();
        // The clock stands still, so the timeout never comes.
        await watch.StartAsync(Limit).WaitAsync(Limit, TestContext.Current.CancellationToken);
        return watch;
    }

    private static async Task EndAsync(HangWatch watch, Task waiting)
    {
        await waiting.WaitAsync(Limit, TestContext.Current.CancellationToken);
        watch.StopPolling();
        await watch.StopAsync().WaitAsync(Limit, TestContext.Current.CancellationToken);
    }

    private int Reports() => _host.Evidence.Of(Name(), Bus()).Reports;

    private static InterfaceName Name() => InterfaceName.TryParse("eno1", out var name) ? name : default;

    private static BusAddress Bus() => BusAddress.TryParse("0000:00:1f.6", out var bus) ? bus : default;
}
