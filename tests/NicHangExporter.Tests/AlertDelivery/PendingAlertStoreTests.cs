using System.Text.Json.Nodes;
using NicHangExporter.Alerting;
using NicHangExporter.Hosting;
using NicHangExporter.State;
using NicHangExporter.Tests.Api.Alertmanager;
using NicHangExporter.Tests.Remediation;

namespace NicHangExporter.Tests.AlertDelivery;

/// <summary>Pending alerts survive a restart. A damaged file loses its own alerts and nothing else.</summary>
public sealed class PendingAlertStoreTests : IDisposable
{
    private static readonly Uri A = new("http://a:9093");
    private static readonly Uri B = new("http://b:9093/prefix");

    private static readonly Dictionary<string, string> Labels = new() { ["instance"] = "pve1" };

    private readonly AlertingHost _host = new(A, B);

    public void Dispose() => _host.Dispose();

    [Fact]
    public void Restart_ReadsThePendingAlerts()
    {
        _host.Hang("eno1");
        _host.Store.Taken(A.ToString(), _host.Store.Due(A.ToString()));
        _host.Pass(1);
        Assert.Equal(UnixFileMode.UserRead | UnixFileMode.UserWrite, File.GetUnixFileMode(_host.AlertsFile));

        _host.Restart();
        Assert.Empty(_host.Store.Due(A.ToString()));
        Assert.Equal(AlertStatus.Firing, Assert.Single(_host.Store.Due(B.ToString())).Status);
        Assert.Equal("TDH <c4> TDT <e5>", Assert.Single(_host.Store.Alerts).Report);
        // The hang may go on until the episode gap is over.
        _host.Pass(_host.Options.Detection.EpisodeGap.TotalSeconds);
        Assert.Null(_host.Store.Alerts[0].Over);
        _host.Pass(1);
        Assert.NotNull(_host.Store.Alerts[0].Over);
        Assert.Equal(0, _host.Log.Count(EventIds.PushBufferUnusable));
    }

    [Fact]
    public void Restart_WithOtherAlertmanagers_SendsTheNewOneOnlyWhatIsInProgress()
    {
        var c = new Uri("http://c:9093");
        _host.Hang("eno1", "eno2");
        _host.Pass(1);
        _host.Hang("eno1");
        _host.Pass(1);

        _host.Restart(B, c);
        Assert.Equal(["eno1"], _host.Store.Due(c.ToString()).Select(due => due.Alert.Device));
        Assert.Equal(["eno1", "eno2"],
            _host.Store.Due(B.ToString()).Select(due => due.Alert.Device).Order(StringComparer.Ordinal));
        Assert.DoesNotContain(_host.Store.Alerts, alert => alert.Progress.ContainsKey(A.ToString()));

        // An alert that is over is dropped if no Alertmanager is left that waits for it.
        _host.Restart(c);
        Assert.Equal(["eno1"], _host.Store.Alerts.Select(alert => alert.Device));
    }

    [Fact]
    public void EveryTruncation_IsAllOrNothing()
    {
        _host.Hang("eno1", "eno2");
        _host.Pass(1);
        var whole = File.ReadAllBytes(_host.AlertsFile);
        for (var length = 0; length < whole.Length; length++)
        {
            File.WriteAllBytes(_host.AlertsFile, whole[..length]);
            _host.Restart();
            Assert.Empty(_host.Store.Alerts);
        }
        Assert.Equal(whole.Length, _host.Log.Count(EventIds.PushBufferSetAside));
        File.WriteAllBytes(_host.AlertsFile, whole);
        _host.Restart();
        Assert.Equal(2, _host.Store.Alerts.Count);
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
    public void Content_ThatIsInvalid_IsSetAside(string content)
    {
        File.WriteAllText(_host.AlertsFile, content);
        _host.Restart();
        Assert.Empty(_host.Store.Alerts);
        Assert.Equal(1, _host.Log.Count(EventIds.PushBufferSetAside));
        Assert.Equal(content, File.ReadAllText(
            Assert.Single(Directory.GetFiles(_host.Options.Paths.StateDirectory!, "alerts.json.corrupt-*"))));

        _host.Hang("eno1");
        _host.Restart();
        Assert.Single(_host.Store.Alerts);
    }

    [Fact]
    public void Content_OfLaterVersionsWithAbsurdTimes_IsRead()
    {
        _host.Hang("eno1");
        // A list without a checksum, as earlier versions wrote it.
        var alerts = JsonNode.Parse(File.ReadAllText(_host.AlertsFile))!["alerts"]!.AsArray();
        alerts[0]!["addedLater"] = new JsonObject();
        alerts[0]!["progress"]![A.ToString()] = new JsonObject
        {
            ["startsAt"] = "9999-12-31T23:59:59Z",
            ["firingSince"] = "9999-12-31T23:59:59Z",
            ["lastTaken"] = "0001-01-01T00:00:00Z",
        };
        File.WriteAllText(_host.AlertsFile, alerts.ToJsonString());
        _host.Restart();
        _host.Pass(120);

        var due = Assert.Single(_host.Store.Due(A.ToString()));
        Assert.Equal(AlertStatus.Firing, due.Status);
        var wire = PostableAlert.Of(due.Alert, A.ToString(), due.Status, Labels, _host.Clock.GetUtcNow());
        // Alertmanager refuses an alert that ends before it starts.
        Assert.True(wire.StartsAt <= wire.EndsAt);
    }

    [Fact]
    public void EveryChangedByte_IsNoticed()
    {
        _host.Hang("eno1", "eno2");
        _host.Pass(1);
        var whole = File.ReadAllBytes(_host.AlertsFile);
        for (var at = 0; at < whole.Length; at++)
        {
            var damaged = whole.ToArray();
            damaged[at] ^= 1;
            File.WriteAllBytes(_host.AlertsFile, damaged);
            _host.Restart();
            Assert.True(_host.Store.Alerts.Count == 0, $"byte {at}");
        }
        Assert.Equal(whole.Length, _host.Log.Count(EventIds.PushBufferSetAside));
    }

    [Fact]
    public void Random_Damage_NeverFailsTheStart()
    {
        _host.Hang("eno1", "eno2", "eno3");
        _host.Pass(1);
        var whole = File.ReadAllBytes(_host.AlertsFile);
        for (var seed = 0; seed < 500; seed++)
        {
            File.WriteAllBytes(_host.AlertsFile, HostileBodies.Mutate(whole, seed));
            _host.Restart();
            _host.Pass(120);
            foreach (var (alert, status) in _host.Store.Due(A.ToString()))
                _ = PostableAlert.Of(alert, A.ToString(), status, Labels, _host.Clock.GetUtcNow());
        }
    }

    [Fact]
    public void File_OfMoreThanAMegabyte_IsNotRead()
    {
        File.WriteAllText(_host.AlertsFile, "[" + new string(' ', 1 << 20) + "]");
        _host.Restart();
        Assert.Equal(1, _host.Log.Count(EventIds.PushBufferSetAside));
    }

    [Fact]
    public void FullDisk_IsLoggedOnceAndRetriedEveryTenSeconds()
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
        // The alert is sent as long as this process lives.
        Assert.Single(_host.Store.Due(A.ToString()));

        File.Delete(filler);
        _host.Pass(10);
        Assert.Contains("eno1", File.ReadAllText(_host.AlertsFile), StringComparison.Ordinal);
        _host.Restart();
        Assert.Single(_host.Store.Alerts);
    }

    [Fact]
    public void WithoutADirectory_AlertsAreKeptInMemory()
    {
        _host.Configure(options => options with { Paths = options.Paths with { StateDirectory = null } });
        _host.Hang("eno1");
        Assert.Single(_host.Store.Due(A.ToString()));
        Assert.Equal(0, _host.Log.Count(EventIds.PushBufferUnusable));
    }

    [Fact]
    public void Buffered_CountsAlertsThatAnAlertmanagerHasNotReceived()
    {
        _host.Hang("eno1", "eno2");
        Assert.Equal(2, _host.Metrics.AlertsBuffered.Value);
        _host.Store.Taken(A.ToString(), _host.Store.Due(A.ToString()));
        _host.Pass(1);
        Assert.Equal(2, _host.Metrics.AlertsBuffered.Value);
        _host.Store.Taken(B.ToString(), _host.Store.Due(B.ToString()));
        _host.Pass(1);
        Assert.Equal(0, _host.Metrics.AlertsBuffered.Value);
    }
}
