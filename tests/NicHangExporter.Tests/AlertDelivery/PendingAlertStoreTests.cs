using System.Text.Json.Nodes;
using NicHangExporter.Alerting;
using NicHangExporter.Hosting;
using NicHangExporter.Tests.Api.Alertmanager;
using NicHangExporter.Tests.Remediation;

namespace NicHangExporter.Tests.AlertDelivery;

/// <summary>What waits survives a restart, and whatever else may be in the file costs nothing but itself.</summary>
public sealed class PendingAlertStoreTests : IDisposable
{
    private static readonly Uri A = new("http://a:9093");
    private static readonly Uri B = new("http://b:9093/prefix");

    private readonly PushHost _host = new(A, B);

    public void Dispose() => _host.Dispose();

    [Fact]
    public void Restart_TakesUpWhatWaits()
    {
        _host.Hang("eno1");
        _host.Book.Taken(A.ToString(), _host.Book.Due(A.ToString()));
        _host.Pass(1);
        Assert.Equal(UnixFileMode.UserRead | UnixFileMode.UserWrite, File.GetUnixFileMode(_host.BookFile));

        _host.Restart();
        Assert.Empty(_host.Book.Due(A.ToString()));
        Assert.Equal(PushKind.Firing, Assert.Single(_host.Book.Due(B.ToString())).Kind);
        Assert.Equal("TDH <c4> TDT <e5>", Assert.Single(_host.Book.Alerts).Report);
        // Only after an episode's gap is it sure that the hang has not lived on.
        _host.Pass(_host.Options.Detection.EpisodeGap.TotalSeconds);
        Assert.Null(_host.Book.Alerts[0].Over);
        _host.Pass(1);
        Assert.NotNull(_host.Book.Alerts[0].Over);
        Assert.Equal(0, _host.Log.Count(EventIds.PushBufferUnusable));
    }

    [Fact]
    public void Restart_WithOtherAlertmanagers_TellsTheNewOneOnlyOfWhatIsUnderWay()
    {
        var c = new Uri("http://c:9093");
        _host.Hang("eno1", "eno2");
        _host.Pass(1);
        _host.Hang("eno1");
        _host.Pass(1);

        _host.Restart(B, c);
        Assert.Equal(["eno1"], _host.Book.Due(c.ToString()).Select(due => due.Alert.Device));
        Assert.Equal(["eno1", "eno2"], _host.Book.Due(B.ToString()).Select(due => due.Alert.Device).Order(StringComparer.Ordinal));
        Assert.DoesNotContain(_host.Book.Alerts, alert => alert.Progress.ContainsKey(A.ToString()));

        // One that is over and that nobody is left to be told of is gone.
        _host.Restart(c);
        Assert.Equal(["eno1"], _host.Book.Alerts.Select(alert => alert.Device));
    }

    [Fact]
    public void EveryTruncation_IsAllOrNothing()
    {
        _host.Hang("eno1", "eno2");
        _host.Pass(1);
        var whole = File.ReadAllBytes(_host.BookFile);
        for (var length = 0; length < whole.Length; length++)
        {
            File.WriteAllBytes(_host.BookFile, whole[..length]);
            _host.Restart();
            Assert.Empty(_host.Book.Alerts);
        }
        Assert.Equal(whole.Length, _host.Log.Count(EventIds.PushBufferSetAside));
        File.WriteAllBytes(_host.BookFile, whole);
        _host.Restart();
        Assert.Equal(2, _host.Book.Alerts.Count);
    }

    [Theory]
    [InlineData("")]
    [InlineData("null")]
    [InlineData("{}")]
    [InlineData("[null]")]
    [InlineData("[{}]")]
    [InlineData("[5]")]
    [InlineData("""[{"device":"eno1","driver":null}]""")]
    [InlineData("""[{"device":"eno1","driver":"e1000e","progress":{"http://a:9093/":null}}]""")]
    [InlineData("""[{"device":"eno1","driver":"e1000e","progress":[]}]""")]
    [InlineData("""[{"device":"eno1","driver":"e1000e","start":"yesterday"}]""")]
    [InlineData("\0\0\0\0\0\0\0\0")]
    public void Content_ThatCantBe_IsSetAside(string content)
    {
        File.WriteAllText(_host.BookFile, content);
        _host.Restart();
        Assert.Empty(_host.Book.Alerts);
        Assert.Equal(1, _host.Log.Count(EventIds.PushBufferSetAside));
        Assert.Equal(content, File.ReadAllText(Assert.Single(Directory.GetFiles(_host.Options.Paths.StateDirectory!, "alerts.json.corrupt-*"))));

        _host.Hang("eno1");
        _host.Restart();
        Assert.Single(_host.Book.Alerts);
    }

    [Fact]
    public void Content_OfLaterVersionsAndStrangeTimes_IsTaken()
    {
        _host.Hang("eno1");
        // A list without a checksum, as earlier versions wrote it.
        var alerts = JsonNode.Parse(File.ReadAllText(_host.BookFile))!["alerts"]!.AsArray();
        alerts[0]!["addedLater"] = new JsonObject();
        alerts[0]!["progress"]![A.ToString()] = new JsonObject { ["startsAt"] = "9999-12-31T23:59:59Z", ["firingSince"] = "9999-12-31T23:59:59Z", ["lastTaken"] = "0001-01-01T00:00:00Z" };
        File.WriteAllText(_host.BookFile, alerts.ToJsonString());
        _host.Restart();
        _host.Pass(120);

        var due = Assert.Single(_host.Book.Due(A.ToString()));
        Assert.Equal(PushKind.Firing, due.Kind);
        var wire = PostableAlert.Of(due.Alert, A.ToString(), due.Kind, new Dictionary<string, string> { ["instance"] = "pve1" }, _host.Clock.GetUtcNow());
        // One that would end before it starts is refused.
        Assert.True(wire.StartsAt <= wire.EndsAt);
    }

    [Fact]
    public void EveryByte_ThatIsNotAsWritten_IsNoticed()
    {
        _host.Hang("eno1", "eno2");
        _host.Pass(1);
        var whole = File.ReadAllBytes(_host.BookFile);
        for (var at = 0; at < whole.Length; at++)
        {
            var damaged = whole.ToArray();
            damaged[at] ^= 1;
            File.WriteAllBytes(_host.BookFile, damaged);
            _host.Restart();
            Assert.True(_host.Book.Alerts.Count == 0, $"byte {at}");
        }
        Assert.Equal(whole.Length, _host.Log.Count(EventIds.PushBufferSetAside));
    }

    [Fact]
    public void Random_Damage_NeverFailsTheStart()
    {
        _host.Hang("eno1", "eno2", "eno3");
        _host.Pass(1);
        var whole = File.ReadAllBytes(_host.BookFile);
        for (var seed = 0; seed < 500; seed++)
        {
            File.WriteAllBytes(_host.BookFile, HostileBodies.Mutate(whole, seed));
            _host.Restart();
            _host.Pass(120);
            foreach (var (alert, kind) in _host.Book.Due(A.ToString()))
                _ = PostableAlert.Of(alert, A.ToString(), kind, new Dictionary<string, string> { ["instance"] = "pve1" }, _host.Clock.GetUtcNow());
        }
    }

    [Fact]
    public void File_OfMoreThanAMegabyte_IsNotRead()
    {
        File.WriteAllText(_host.BookFile, "[" + new string(' ', 1 << 20) + "]");
        _host.Restart();
        Assert.Equal(1, _host.Log.Count(EventIds.PushBufferSetAside));
    }

    [Fact]
    public void FullDisk_IsSaidOnceAndTriedEachTenSeconds()
    {
        using var mounts = new Mounts();
        mounts.AddMemory(_host.Options.Paths.StateDirectory!);
        _host.Restart();
        var filler = Path.Combine(_host.Options.Paths.StateDirectory!, "filler");
        Mounts.Fill(filler);
        _host.Hang("eno1");
        for (var second = 0; second < 60; second++)
            _host.Pass(1);
        Assert.Equal(1, _host.Log.Count(EventIds.PushBufferUnusable));
        // It is told as far as this process lives.
        Assert.Single(_host.Book.Due(A.ToString()));

        File.Delete(filler);
        _host.Pass(10);
        Assert.Contains("eno1", File.ReadAllText(_host.BookFile), StringComparison.Ordinal);
        _host.Restart();
        Assert.Single(_host.Book.Alerts);
    }

    [Fact]
    public void WithoutADirectory_ItIsKeptInMemory()
    {
        _host.Configure(options => options with { Paths = options.Paths with { StateDirectory = null } });
        _host.Hang("eno1");
        Assert.Single(_host.Book.Due(A.ToString()));
        Assert.Equal(0, _host.Log.Count(EventIds.PushBufferUnusable));
    }

    [Fact]
    public void Buffered_IsWhatAnAlertmanagerHasNotHeard()
    {
        _host.Hang("eno1", "eno2");
        Assert.Equal(2, _host.Metrics.AlertsBuffered.Value);
        _host.Book.Taken(A.ToString(), _host.Book.Due(A.ToString()));
        _host.Pass(1);
        Assert.Equal(2, _host.Metrics.AlertsBuffered.Value);
        _host.Book.Taken(B.ToString(), _host.Book.Due(B.ToString()));
        _host.Pass(1);
        Assert.Equal(0, _host.Metrics.AlertsBuffered.Value);
    }
}
