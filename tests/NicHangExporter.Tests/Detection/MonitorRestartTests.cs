using NicHangExporter.Hosting;
using NicHangExporter.Linux;
using NicHangExporter.Linux.Sysfs;
using NicHangExporter.Options;
using NicHangExporter.State;
using NicHangExporter.TestSupport;

namespace NicHangExporter.Tests.Detection;

/// <summary>The state after a restart, a kill and a reboot.</summary>
public sealed class MonitorRestartTests : IDisposable
{
    private const string Hang =
        @"e1000e 0000:00:1f.6 eno1: Detected Hardware Unit Hang:\x0a  TDH                  <14>"
        + @"\x0a  TDT                  <1a>";
    private const string DriverLive = "nichang_hang_events_total{device=\"eno1\",source=\"driver\",origin=\"live\"}";
    private const string DriverHistory =
        "nichang_hang_events_total{device=\"eno1\",source=\"driver\",origin=\"history\"}";
    private const string Active = "nichang_hang_active{device=\"eno1\"}";

    private readonly FixtureHost _host = new();

    public MonitorRestartTests() => _host.AddNic();

    public void Dispose() => _host.Dispose();

    [Fact]
    public async Task Restart_WithAStateDirectory_NeitherMissesNorDoubles()
    {
        _host.Configure(Stateful);
        _host.Append(1, Hang);
        _host.Start();
        _host.Print(2, Hang);
        using var second = _host.Restart(configure: Stateful);
        second.Append(3, Hang);
        second.Append(4, Hang);
        second.Start();
        second.Print(5, Hang);

        // Records after the saved position increase the same series and are no history.
        Assert.Equal(4, await second.ValueAsync(DriverLive));
        Assert.Equal(1, await second.ValueAsync(DriverHistory));
        Assert.Equal(1, await second.ValueAsync("nichang_hang_episodes_total{device=\"eno1\",origin=\"history\"}"));
        Assert.Equal(0, await second.ValueAsync("nichang_hang_episodes_total{device=\"eno1\",origin=\"live\"}"));
        Assert.Equal(0, await second.ValueAsync("nichang_kmsg_records_lost_total"));
    }

    [Fact]
    public async Task Restart_KilledBeforeTheStateWasWritten_CountsTheSameRecordsAgainOnce()
    {
        _host.Configure(Stateful);
        _host.Start();
        _host.Print(1, Hang);
        _host.Store.Save(_host.Monitor.State());
        _host.Print(2, Hang);
        using var second = _host.Restart(save: false, Stateful);
        second.Start();

        // A counter that falls looks like a restart at zero, so everything it ever counted looks new.
        Assert.Equal(2, await second.ValueAsync(DriverLive));
        Assert.Equal(0, await second.ValueAsync(DriverHistory));
        Assert.Equal(0, await second.ValueAsync(Active));
    }

    [Fact]
    public async Task Restart_WithTheKernelLogSwitchedOffMeanwhile_KeepsThePosition()
    {
        _host.Configure(Stateful);
        _host.Start();
        _host.Print(1, Hang);
        using var second = _host.Restart(configure: options =>
        {
            options = Stateful(options);
            return options with { Collectors = options.Collectors.Without(Collector.Kmsg) };
        });
        second.Start();
        using var third = second.Restart(configure: Stateful);
        third.Start();

        Assert.Equal(1, await third.ValueAsync(DriverLive));
        Assert.Equal(0, await third.ValueAsync(DriverHistory));
    }

    [Fact]
    public async Task Restart_TxTimeoutMeanwhile_IsSeen()
    {
        _host.Configure(Stateful);
        _host.Start();
        _host.Pass(5);
        _host.Print(1, Hang);
        using var second = _host.Restart(configure: Stateful);
        second.Sysfs.Write("eno1", "queues/tx-0/tx_timeout", "2\n");
        second.Start();
        second.Pass(5);

        Assert.Equal(1, await second.ValueAsync(
            "nichang_hang_events_total{device=\"eno1\",source=\"tx_timeout\",origin=\"live\"}"));
    }

    [Fact]
    public async Task Restart_RecordsOverwrittenMeanwhile_AreCountedAsLost()
    {
        _host.Configure(Stateful);
        _host.Start();
        _host.Print(1, Hang);
        using var second = _host.Restart(configure: Stateful);
        File.WriteAllText(second.Options.Paths.Kmsg, "");
        second.Append(101, Hang);
        second.Start();

        Assert.Equal(99, await second.ValueAsync("nichang_kmsg_records_lost_total"));
    }

    [Fact]
    public async Task Restart_AfterAReboot_KeepsTheCountsAndReadsTheNewLogFromItsStart()
    {
        _host.Configure(Stateful);
        _host.Start();
        _host.Print(1000, Hang);
        using var second = _host.Restart(configure: Stateful);
        second.BootId = "99999999-2222-3333-4444-555555555555";
        File.WriteAllText(second.Options.Paths.Kmsg, "");
        second.Append(1, Hang, at: second.Uptime);
        using var third = new FixtureHost(Stateful, second);
        third.Start();

        Assert.Equal(1, await third.ValueAsync(DriverLive));
        Assert.Equal(1, await third.ValueAsync(DriverHistory));
        Assert.Equal(0, await third.ValueAsync("nichang_kmsg_records_lost_total"));
        // The episode of the boot before ended with that boot.
        Assert.Equal(1, await third.ValueAsync("nichang_hang_episodes_ended_total{device=\"eno1\",shape=\"unknown\"}"));
    }

    [Fact]
    public async Task Restart_PositionAheadOfTheLog_GoesOnFromItsEnd()
    {
        _host.Configure(Stateful);
        _host.Start();
        _host.Print(1000, Hang);
        using var second = _host.Restart(configure: Stateful);
        // A restored snapshot of the machine: same boot_id, shorter log.
        File.WriteAllText(second.Options.Paths.Kmsg, "");
        second.Append(5, "hello", priority: 6, dictionary: null);
        second.Start();
        second.Print(6, Hang);

        Assert.Equal(2, await second.ValueAsync(DriverLive));
        Assert.Equal(1, second.Log.Count(EventIds.PositionAheadOfRing));
    }

    [Theory]
    [InlineData("")]
    [InlineData("{")]
    [InlineData("null")]
    [InlineData("[]")]
    [InlineData("{\"version\":2,\"devices\":[]}")]
    [InlineData("{\"version\":1}")]
    [InlineData("{\"version\":1,\"devices\":null}")]
    [InlineData("\0\0\0\0")]
    public async Task State_ThatCannotBeUsed_IsSetAsideAndNotOverwritten(string content)
    {
        var directory = _host.Directory.File("state");
        Directory.CreateDirectory(directory);
        File.WriteAllText(Path.Combine(directory, "state.json"), content);
        _host.Configure(options => options with { Paths = options.Paths with { StateDirectory = directory } });
        _host.Start();
        _host.Print(1, Hang);
        _host.Store.Save(_host.Monitor.State());

        Assert.Equal(content, File.ReadAllText(Assert.Single(Directory.GetFiles(directory, "state.json.corrupt-*"))));
        Assert.Equal(1, _host.Log.Count(EventIds.StateSetAside));
        Assert.Equal(1, await _host.ValueAsync("nichang_state_up"));
        Assert.Equal(1, await _host.ValueAsync(DriverLive));
    }

    [Fact]
    public void State_WithAnyByteNotAsItWas_IsSetAsideAndNeverBelieved()
    {
        _host.Configure(
            options => options with { Paths = options.Paths with { StateDirectory = _host.Directory.File("state") } });
        _host.Start();
        _host.Print(1, Hang);
        var file = Path.Combine(_host.Options.Paths.StateDirectory!, "state.json");
        _host.Store.Save(_host.Monitor.State());
        Assert.Equal(UnixFileMode.UserRead | UnixFileMode.UserWrite, File.GetUnixFileMode(file));
        var whole = File.ReadAllBytes(file);
        _host.StateDirectory.Dispose();
        using var next = new FixtureHost(options =>
            options with { Paths = options.Paths with { StateDirectory = _host.Options.Paths.StateDirectory } }, _host);
        for (var at = 0; at < whole.Length; at++)
        {
            var damaged = whole.ToArray();
            damaged[at] ^= (byte)(1 << (at % 8));
            File.WriteAllBytes(file, damaged);
            Assert.True(next.Store.Open() is null, $"byte {at}");
            Assert.Equal(at + 1, next.Log.Count(EventIds.StateSetAside));
        }
        File.WriteAllBytes(file, whole);
        Assert.NotNull(next.Store.Open());
        // From an earlier version: no checksum, and no member that announces one.
        var old = System.Text.Json.Nodes.JsonNode.Parse(whole)!.AsObject();
        Assert.True(old.Remove("crc"));
        File.WriteAllText(file, old.ToJsonString());
        Assert.Null(next.Store.Open());
        Assert.True(old.Remove("checksum"));
        File.WriteAllText(file, old.ToJsonString());
        Assert.NotNull(next.Store.Open());
        // Invalid UTF-8 in a name that the parser skips.
        File.WriteAllBytes(file,
            [.. "{\""u8, 0xff, .. "\":1,"u8, .. System.Text.Encoding.UTF8.GetBytes(old.ToJsonString()[1..])]);
        Assert.Null(next.Store.Open());
    }

    [Theory]
    [InlineData("fifo")]
    [InlineData("link")]
    [InlineData("directory")]
    public void State_ThatIsNoFile_IsSetAsideAndNothingWaits(string what)
    {
        var directory = Directory.CreateDirectory(_host.Directory.File("state")).FullName;
        var (file, victim) = (Path.Combine(directory, "state.json"), _host.Directory.File("victim"));
        File.WriteAllText(victim, "precious");
        foreach (var name in new[] { file, file + ".new" })
            _ = what switch
            {
                "fifo" => Execution.Of("mkfifo", name).Succeeded(),
                "link" => File.CreateSymbolicLink(name, victim).FullName,
                _ => Directory.CreateDirectory(name).FullName,
            };
        _host.Configure(options => options with { Paths = options.Paths with { StateDirectory = directory } });
        Assert.Null(_host.Store.Open());
        Assert.Equal(1, _host.Log.Count(EventIds.StateSetAside));
        _host.Start();
        _host.Print(1, Hang);
        _host.Store.Save(_host.Monitor.State());

        Assert.Contains("eno1", File.ReadAllText(file), StringComparison.Ordinal);
        Assert.Null(new FileInfo(file).LinkTarget);
        Assert.Equal("precious", File.ReadAllText(victim));
    }

    [Fact]
    public async Task State_DirectoryInUseByAnother_IsLeftAlone()
    {
        _host.Configure(
            options => options with { Paths = options.Paths with { StateDirectory = _host.Directory.File("state") } });
        _host.Start();
        using var second = new FixtureHost(options =>
            options with { Paths = options.Paths with { StateDirectory = _host.Options.Paths.StateDirectory } }, _host);
        second.Start();

        Assert.Equal(1, await _host.ValueAsync("nichang_state_up"));
        Assert.Equal(0, await second.ValueAsync("nichang_state_up"));
        Assert.Equal(1, second.Log.Count(EventIds.StateUnavailable));
    }

    private ExporterOptions Stateful(ExporterOptions options) =>
            options with { Paths = options.Paths with { StateDirectory = _host.Directory.File("state") } };
}
