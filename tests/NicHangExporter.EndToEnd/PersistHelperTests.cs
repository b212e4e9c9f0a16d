namespace NicHangExporter.EndToEnd;

/// <summary>
/// A daemon that is not root: the helper, which the test starts for each connection as systemd does, writes for it.
/// </summary>
public sealed class PersistHelperTests : IDisposable
{
    private const string Passwd = "root:x:0:0::/root:/bin/sh\nnic-hang-exporter:x:65534:65534::/:/usr/sbin/nologin\n";

    private static readonly string[] Nobody =
    [
        "setpriv", "--reuid=65534", "--regid=65534", "--clear-groups", "--bounding-set=-all,+net_admin",
        "--inh-caps=+net_admin", "--ambient-caps=+net_admin", "--no-new-privs",
    ];

    private readonly PersistHost _host = new();

    public PersistHelperTests()
    {
        Requires.Program("setpriv");
        _host.Write("/etc/passwd", Passwd);
        _host.GiveState("65534");
    }

    public void Dispose() => _host.Dispose();

    [Fact]
    public async Task Daemon_OfAnotherUser_GetsItsFileWrittenAndRemoved()
    {
        var before = _host.Tree;
        using (var listener = _host.Listen())
        using (var daemon = await _host.StartDaemonAsync(Nobody))
        {
            await _host.DoAsync("persist", "eno1", "--profile", "segmentation", "--dry-run");
            Assert.False(_host.IsPersisted);

            Assert.StartsWith("eno1: persisted\n",
                await _host.DoAsync("persist", "eno1", "--profile", "segmentation"), StringComparison.Ordinal);
            Assert.True(_host.IsPersisted);
            Assert.Contains("in force", await _host.DoAsync("persist", "--show"), StringComparison.Ordinal);
            await daemon.LoggedAsync($"by {PersistHost.File}");

            await _host.DoAsync("unpersist", "eno1");
            Assert.False(_host.IsPersisted);
            await daemon.StopAsync();
        }
        File.Delete(_host.Socket);
        Assert.Equal(before, _host.Tree);
    }

    [Fact]
    public async Task OptionPersist_WritesAfterARemediation_ShowsIt_AndRemovesAfterTheRollback()
    {
        using var listener = _host.Listen();
        using var daemon = await _host.StartDaemonAsync(Nobody, "--remediation.persist");
        await _host.DoAsync("remediate", "eno1", "--features", "gso");

        await daemon.ScrapeUntilAsync("the file is in the metrics", scrape =>
            scrape.Of("nichang_persisted_matches", ("device", "eno1")).Any(sample => sample.Value == 1)
            && scrape.Of("nichang_persisted", ("device", "eno1"), ("manager", "ifupdown"))
                .Any(sample => sample.Value == 1));
        Assert.True(_host.IsPersisted);

        await _host.DoAsync("rollback", "eno1");
        await Eventually.HoldsAsync("the file is gone", () => _host.IsPersisted, isThere => !isThere);
        await daemon.ScrapeUntilAsync("the series are gone", scrape => scrape.Of("nichang_persisted").Count == 0);
        Assert.Equal(0, (await daemon.ScrapeAsync())["nichang_persist_failures_total"]);
    }

    [Fact]
    public async Task Start_WithSettingsThatWereDecidedBefore_PersistsThemOnceAndSaysSo()
    {
        _host.GiveState("0");
        await _host.DoAsync("remediate", "eno1", "--features", "gso");
        _host.GiveState("65534");
        using var listener = _host.Listen();
        using var daemon = await _host.StartDaemonAsync(Nobody, "--remediation.persist");

        await daemon.LoggedAsync("were decided before this start and are not persisted");
        await Eventually.HoldsAsync("the file is there", () => _host.IsPersisted, isThere => isThere);
    }

    [Fact]
    public async Task WithoutASocket_TheDaemonSaysWhatIsMissing()
    {
        using var daemon = await _host.StartDaemonAsync(Nobody);

        var line = await PersistHost.RefusedAsync(_host.Command("persist", "eno1", "--profile", "segmentation"));

        Assert.Contains("systemctl enable --now nic-hang-exporter-persist.socket", line, StringComparison.Ordinal);
        Assert.False(_host.IsPersisted);
        Assert.Equal(1, (await daemon.ScrapeAsync())["nichang_persist_failures_total"]);
    }

    [Fact]
    public async Task UserThatIsNotTheDaemons_IsRefusedByTheHelper()
    {
        _host.Write("/etc/passwd", Passwd.Replace("65534", "1234", StringComparison.Ordinal));
        using var listener = _host.Listen();
        using var daemon = await _host.StartDaemonAsync(Nobody);

        Assert.Contains("only root and the user nic-hang-exporter may ask",
            await PersistHost.RefusedAsync(_host.Command("persist", "eno1", "--profile", "segmentation")),
            StringComparison.Ordinal);
        Assert.False(_host.IsPersisted);
    }
}
