using NicHangExporter.Hosting;
using NicHangExporter.Tests.AlertDelivery;

namespace NicHangExporter.Tests.Baselines;

/// <summary>The file of the alerts that are still to be pushed, written and read again.</summary>
public sealed class GoldenPushBufferTests
{
    private const string File = "run/push/alerts.json";
    private static readonly Uri A = new("http://a:9093");
    private static readonly Uri B = new("http://b:9093/prefix");

    [Fact]
    public void Buffer_IsTheGoldenFile()
    {
        using var host = Filled();

        GoldenFile.AssertIs(File, System.IO.File.ReadAllText(host.AlertsFile));
    }

    [Fact]
    public void GoldenFile_ReadAgain_IsWhatWaits()
    {
        using var host = new AlertingHost(A, B);
        System.IO.File.Copy(GoldenFile.PathOf(File), host.AlertsFile, overwrite: true);
        host.Restart();

        Assert.Equal(["eno1 hangs", "eno2 hung"],
            host.Store.Alerts.Select(alert => $"{alert.Device} {(alert.Over is null ? "hangs" : "hung")}")
                .Order(StringComparer.Ordinal));
        // A was told of both a moment before, B of neither.
        Assert.Empty(host.Store.Due(A.ToString()));
        Assert.Equal(["eno1 Firing", "eno2 Firing"],
            host.Store.Due(B.ToString()).Select(due => $"{due.Alert.Device} {due.Status}")
            .Order(StringComparer.Ordinal));
        Assert.Equal(0, host.Log.Count(EventIds.PushBufferUnusable) + host.Log.Count(EventIds.PushBufferSetAside));
    }

    // Two hang, which one Alertmanager is told of; then one of them is over.
    private static AlertingHost Filled()
    {
        var host = new AlertingHost(A, B);
        host.Hang("eno1", "eno2");
        host.Store.Taken(A.ToString(), host.Store.Due(A.ToString()));
        host.Pass(1);
        host.Hang("eno1");
        host.Pass(1);
        return host;
    }
}
