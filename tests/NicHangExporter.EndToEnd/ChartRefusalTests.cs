namespace NicHangExporter.EndToEnd;

/// <summary>The values that the Helm chart refuses before it changes anything, by name.</summary>
public sealed class ChartRefusalTests
{
    public ChartRefusalTests() => HelmChart.RequireHelm();

    [Theory]
    [InlineData("remediation.lokal=enforce", "lokal")]
    [InlineData("remediation.local=heal", "/remediation/local")]
    [InlineData("hostnetwork=true", "hostnetwork")]
    [InlineData("prometheusRule.alerts.NicHnag=true,prometheusRule.enabled=true", "NicHnag", "NicHangQuarantined")]
    [InlineData("config.stall.windw=10s", "stall.windw")]
    [InlineData("listenAddress=127.0.0.1,podMonitor.enabled=true", "listenAddress 127.0.0.1", "podMonitor.enabled")]
    [InlineData("config.remediation.local=enforce", "remediation.local", "set instead: remediation.local")]
    [InlineData("config.web\\.listen-address=:1", "web.listen-address", "port and listenAddress")]
    [InlineData("remediation.webhook=observe", "remediation.webhook", "api.tokens")]
    [InlineData("serviceMonitor.enabled=true,podMonitor.enabled=true", "serviceMonitor.enabled", "podMonitor.enabled")]
    [InlineData("serviceMonitor.enabled=true,service.enabled=false", "service.enabled")]
    [InlineData("alertmanagerConfig.enabled=true", "alertmanagerConfig.enabled", "remediation.webhook")]
    [InlineData("state.hostPath=state", "/state/hostPath")]
    [InlineData("api.tokens[0].name=a,api.tokens[0].scope=root", "/api/tokens/0")]
    [InlineData("terminationGracePeriodSeconds=5", "/terminationGracePeriodSeconds", "17")]
    [InlineData("image.digest=latest", "/image/digest")]
    public void WrongValue_IsRefusedByName(string values, params string[] parts)
    {
        var run = HelmChart.Template("--set", values);

        Assert.NotEqual(0, run.ExitCode);
        Assert.All(parts, part => Assert.Contains(part, run.Error, StringComparison.Ordinal));
    }

    [Theory]
    [InlineData("remediation: {local: off}")]
    [InlineData("remediation: {local: \"off\"}")]
    public void Off_IsOffAlsoWhereYamlTakesItForFalse(string values)
    {
        using var files = new TemporaryDirectory();
        var config = HelmChart.Configuration(HelmChart.Defaults, "--values", files.Write("values.yaml", values));

        Assert.Contains("\nremediation.local: \"off\"\n", config, StringComparison.Ordinal);
    }
}
