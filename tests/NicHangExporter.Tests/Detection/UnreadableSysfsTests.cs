using NicHangExporter.Detection.Episodes;
using NicHangExporter.Hosting;
using NicHangExporter.TestSupport;

namespace NicHangExporter.Tests.Detection;

/// <summary>A device that can't be read is not gone. A read error ends neither its series nor its episode.</summary>
public sealed class UnreadableSysfsTests : IDisposable
{
    private const string Hang = "e1000e 0000:00:1f.6 eno1: Detected Hardware Unit Hang:";
    private const string DriverLive = "nichang_hang_events_total{device=\"eno1\",source=\"driver\",origin=\"live\"}";
    private const string Active = "nichang_hang_active{device=\"eno1\"}";

    private readonly FixtureHost _host = new();

    public UnreadableSysfsTests() => _host.AddNic();

    private string Class => Path.Combine(_host.Sysfs.Root, "class/net");

    public void Dispose() => _host.Dispose();

    [Fact]
    public async Task Class_MissingForAMoment_LeavesTheDeviceItsEpisodeAndItsSeries()
    {
        Begin();
        Directory.Move(Class, Class + ".away");
        Look();
        await AssertStillThere();
        Directory.Move(Class + ".away", Class);
        Look();
        await AssertStillThere();
    }

    [Theory]
    [InlineData("class/net")]
    // The link to the parent device shows that it is hardware.
    [InlineData("class/net/eno1")]
    [InlineData("class/net/eno1/statistics")]
    [InlineData("class/net/eno1/queues")]
    public async Task Directory_UnreadableForAMoment_LeavesTheDeviceItsEpisodeAndItsSeries(string path)
    {
        Requires.Root();
        Begin();
        path = Path.Combine(_host.Sysfs.Root, path);
        var mode = File.GetUnixFileMode(path);
        File.SetUnixFileMode(path, UnixFileMode.None);
        OtherUser.Run(_host.Sysfs.Root, Look);
        await AssertStillThere();
        File.SetUnixFileMode(path, mode);
        Look();
        await AssertStillThere();
    }

    // The control: the device is really gone.
    [Fact]
    public async Task Device_ThatIsGone_IsNotShownAsHanging()
    {
        Begin();
        File.Delete(Path.Combine(Class, "eno1"));
        Look();
        Assert.Empty(_host.Evidence.Live);
        Assert.Equal(1, await _host.ValueAsync(DriverLive));
    }

    private void Begin()
    {
        _host.Start();
        _host.Print(1, Hang);
        _host.Pass(2);
    }

    private void Look()
    {
        _host.Clock.Advance(TimeSpan.FromSeconds(1));
        _host.Monitor.Sample();
    }

    private async Task AssertStillThere()
    {
        Assert.Equal("eno1", Assert.Single(_host.Evidence.Live).Device.ToString());
        Assert.Equal((1, 1), (await _host.ValueAsync(DriverLive), await _host.ValueAsync(Active)));
        Assert.Equal(0, _host.Log.Count(EventIds.EpisodeEnded));
    }
}
