using NicHangExporter.Linux.Ethtool;

namespace NicHangExporter.Linux.Tests.Ethtool;

/// <summary>Repeated readings of some counters, and which commands they need.</summary>
public sealed class ChosenStatisticsTests : IDisposable
{
    private const uint GetStrings = 0x1b, GetStatistics = 0x1d, GetStringSetInfo = 0x37;

    private static readonly InterfaceName Device = InterfaceName.TryParse("eth0", out var name) ? name : default;

    private readonly ScriptedKernel _kernel = new();
    private readonly StatisticFilter _filter = new(name => name.StartsWith("tx", StringComparison.Ordinal));
    private readonly EthtoolSocket _ethtool;

    public ChosenStatisticsTests() => _ethtool = new EthtoolSocket(_kernel.Ioctl);

    public void Dispose() => _ethtool.Dispose();

    [Fact]
    public void Reading_WithoutOneBefore_HasTheWantedCountersInTheDriversOrder()
    {
        Assert.Equal([new("tx packets", 22), new Statistic("tx_timeout_count", 33)], Read(null)!.All);
        Assert.Equal([GetStringSetInfo, GetStrings, GetStatistics], Commands());
    }

    [Fact]
    public void Reading_WithOneBefore_ReadsNoNames()
    {
        var first = Read(null);
        Commands();

        Assert.Same(first, Read(first));
        Assert.Equal([GetStringSetInfo, GetStatistics], Commands());

        _kernel.Values[0]++;
        Assert.Same(first, Read(first));
        _kernel.Values[2]++;
        Assert.Equal([new("tx packets", 22), new Statistic("tx_timeout_count", 34)], Read(first)!.All);
    }

    [Fact]
    public void Reading_OfNamesThatAreTheSame_IsTheSameObject()
    {
        var first = Read(null);
        Commands();

        Assert.Same(first, Read(first, readsNames: true));
        Assert.Equal([GetStringSetInfo, GetStrings, GetStatistics], Commands());
    }

    [Fact]
    public void Names_OfAnotherNumber_AreReadAgain()
    {
        var first = Read(null);
        _kernel.StringSets[1] = [ScriptedKernel.Text("tx_queue_0"), .. _kernel.StringSets[1]];
        _kernel.Values.Insert(0, 7);

        Assert.Equal(
            [new("tx_queue_0", 7), new("tx packets", 22), new Statistic("tx_timeout_count", 33)], Read(first)!.All);
    }

    [Fact]
    public void Names_OfTheSameNumber_AreReadAgainOnRequest()
    {
        var first = Read(null);
        _kernel.StringSets[1][1] = ScriptedKernel.Text("rx_bytes");

        Assert.Equal([new Statistic("tx_timeout_count", 33)], Read(first, readsNames: true)!.All);
    }

    [Fact]
    public void Queue_AddedBetweenNumberAndValues_IsReadAgain()
    {
        var first = Read(null);
        _kernel.After = command =>
        {
            if (command != GetStringSetInfo || _kernel.Values.Count > 3)
                return;
            _kernel.StringSets[1] = [ScriptedKernel.Text("tx_queue_0"), .. _kernel.StringSets[1]];
            _kernel.Values.Insert(0, 7);
        };

        Assert.Equal(3, Read(first)!.All.Length);
    }

    [Fact]
    public void OlderKernelThatIgnoresCounts_NeverWritesBeyondTheBuffer()
    {
        _kernel.IgnoresCounts = true;
        var first = Read(null);
        _kernel.StringSets[1] = [.. _kernel.StringSets[1], .. Enumerable.Repeat(ScriptedKernel.Text("rx"), 5000)];
        _kernel.Values.AddRange(Enumerable.Repeat(7ul, 5000));

        Assert.Equal(2, Read(first)!.All.Length);
    }

    [Fact]
    public void DriverWithoutAWantedCounter_IsAskedForTheNumberOnly()
    {
        _kernel.StringSets[1] = [ScriptedKernel.Text("rx_packets")];
        var first = Read(null);
        Assert.Empty(first!.All);
        Commands();

        Assert.Same(first, Read(first));
        Assert.Equal([GetStringSetInfo], Commands());
    }

    [Fact]
    public void DriverWithoutCounters_HasNone()
    {
        var first = Read(null);
        _kernel.StringSets.Remove(1);

        Assert.Null(Read(first));
    }

    [Fact]
    public void AnotherFilter_ChoosesAgain()
    {
        var first = Read(null);

        Assert.Equal(
            [new Statistic("rx_packets", 11)],
            _ethtool.ReadChosenStatistics(Device, new StatisticFilter(name => name[0] == 'r'), first, false)!.All);
    }

    [Fact]
    public void NameUsedTwice_IsItsFirstCounter()
    {
        _kernel.StringSets[1][2] = ScriptedKernel.Text("tx packets");

        Assert.Equal([new Statistic("tx packets", 22)], Read(null)!.All);
    }

    private ChosenStatistics? Read(ChosenStatistics? last, bool readsNames = false) =>
        _ethtool.ReadChosenStatistics(Device, _filter, last, readsNames);

    // Those since the last call.
    private List<uint> Commands()
    {
        List<uint> commands = [.. _kernel.Commands];
        _kernel.Commands.Clear();
        return commands;
    }
}
