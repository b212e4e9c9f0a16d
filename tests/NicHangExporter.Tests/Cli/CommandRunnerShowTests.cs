using System.Text.Json;
using NicHangExporter.Api;
using NicHangExporter.Cli;
using NicHangExporter.Remediation.Evidence;

namespace NicHangExporter.Tests.Cli;

/// <summary>The commands that only show something.</summary>
public sealed class CommandRunnerShowTests : CommandRunnerFixture
{
    [Fact]
    public async Task Status_WithADaemon_NamesIt()
    {
        _daemon.Always(200, Json(DeviceList.Of(TestStatus.Busy))).Start();

        Assert.Equal(0, await RunAsync(new ConsoleCall(ConsoleVerb.Status, Json: false)));
        Assert.Equal(0, await RunAsync(new ConsoleCall(ConsoleVerb.Devices, Json: false)));

        Assert.Contains($"daemon runs; answered at {_daemon.Path}", Unbroken(_output), StringComparison.Ordinal);
        Assert.Contains("\nenp3s0 ", _output.ToString(), StringComparison.Ordinal);
    }

    [Fact]
    public async Task Status_WithoutADaemon_IsTheJournals()
    {
        Assert.Equal(0, await RunAsync(new ConsoleCall(ConsoleVerb.Status, Json: false)));

        Assert.Equal(["devices"], _offline.Calls);
        Assert.Contains("what the journal in " + _daemon.Directory, Unbroken(_output), StringComparison.Ordinal);
    }

    [Fact]
    public async Task Status_OfADaemonThatDoesNotAnswer_IsTheJournalsAndNoSuccess()
    {
        _daemon.Always(200, "not JSON").Start();

        Assert.Equal(1, await RunAsync(new ConsoleCall(ConsoleVerb.Status, Json: false)));

        Assert.Equal(["devices"], _offline.Calls);
        Assert.Contains(
            "can't be asked: this version does not understand what it answers", Unbroken(_error),
            StringComparison.Ordinal);
        Assert.Contains("daemon not asked, because this version", Unbroken(_output), StringComparison.Ordinal);
    }

    [Fact]
    public async Task Json_OfStatusAndDevices_IsTheBodyOfTheApi()
    {
        _offline.Devices = DeviceList.Of(TestStatus.Busy);

        await RunAsync(new ConsoleCall(ConsoleVerb.Status, Json: true));
        await RunAsync(new ConsoleCall(ConsoleVerb.Devices, Json: true));

        var lines = _output.ToString().Split('\n');
        using var status = JsonDocument.Parse(lines[0]);
        Assert.Equal(lines[0], lines[1]);
        Assert.True(status.RootElement.GetProperty("paused").GetBoolean());
        Assert.False(status.RootElement.GetProperty("daemonAnswered").GetBoolean());
        Assert.Equal("enforce", status.RootElement.GetProperty("modes").GetProperty("local").GetString());
        var devices = status.RootElement.GetProperty("devices");
        Assert.Equal(4, devices.GetArrayLength());
        Assert.Equal("eno1", devices[0].GetProperty("device").GetString());
        Assert.Equal("upper", devices[2].GetProperty("notAllowed").GetString());
        Assert.Equal("did_not_hold", devices[0].GetProperty("last").GetProperty("verdict").GetString());
    }

    [Fact]
    public async Task Status_ThroughTheSocket_IsTheSameAsInThisProcess()
    {
        _offline.Devices = DeviceList.Of(TestStatus.Busy);
        await RunAsync(new ConsoleCall(ConsoleVerb.Status, Json: true));
        var expected = _output.ToString()
            .Replace("\"daemonAnswered\":false", "\"daemonAnswered\":true", StringComparison.Ordinal);
        _output.GetStringBuilder().Clear();
        _daemon.Always(200, Json(DeviceList.Of(TestStatus.Busy))).Start();

        await RunAsync(new ConsoleCall(ConsoleVerb.Status, Json: true));

        Assert.Equal(expected, _output.ToString());
    }

    [Fact]
    public async Task Episodes_AreReadFromTheirFiles()
    {
        EpisodeFiles.Write(_daemon.Directory, new EpisodeBundle("20260724T031109Z-eno1", "eno1") { Driver = "e1000e" });
        EpisodeFiles.Write(_daemon.Directory, new EpisodeBundle("20260725T031109Z-eno2", "eno2"));

        Assert.Equal(0, await RunAsync(new ConsoleCall(ConsoleVerb.Episodes, Json: false)));
        Assert.Equal(0, await RunAsync(new ConsoleCall(ConsoleVerb.Episodes, Json: true)));
        Assert.Equal(
            0, await RunAsync(new ConsoleCall(ConsoleVerb.Episodes, Json: true) { Episode = "20260724T031109Z-eno1" }));
        Assert.Equal(1, await RunAsync(new ConsoleCall(ConsoleVerb.Episodes, Json: true) { Episode = "../journal" }));

        var lines = _output.ToString().Split('\n');
        Assert.StartsWith("20260725T031109Z-eno2 ", lines[1], StringComparison.Ordinal);
        Assert.Equal(
            "eno2", JsonDocument.Parse(lines[3]).RootElement.GetProperty("episodes")[0].GetProperty("device")
            .GetString());
        Assert.Equal("e1000e", JsonDocument.Parse(lines[4]).RootElement.GetProperty("driver").GetString());
        Assert.Contains("there is no episode '../journal'", Unbroken(_error), StringComparison.Ordinal);
    }
}
