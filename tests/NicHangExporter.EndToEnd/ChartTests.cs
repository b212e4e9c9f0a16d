using System.Text.RegularExpressions;
using k8s;
using k8s.Models;
using YamlDotNet.Serialization;

namespace NicHangExporter.EndToEnd;

/// <summary>What the Helm chart makes of its values, and which values it refuses.</summary>
public sealed partial class ChartTests
{
    private static readonly string[] OfThePrometheusOperator = ["ServiceMonitor", "PodMonitor", "PrometheusRule", "AlertmanagerConfig"];

    public static TheoryData<string> Scenarios => [.. HelmChart.Scenarios];

    public ChartTests() => HelmChart.RequireHelm();

    [Theory]
    [MemberData(nameof(Scenarios))]
    public void EachDocument_HasOnlyFieldsThatKubernetesKnows(string scenario)
    {
        foreach (var document in HelmChart.Render(scenario))
            if (!OfThePrometheusOperator.Contains(document.Kind))
                Assert.Equal("hangs", Strict(document).Metadata.Labels["app.kubernetes.io/instance"]);
    }

    [Theory]
    [MemberData(nameof(Scenarios))]
    public async Task EachConfiguration_IsTakenByTheExporter(string scenario)
    {
        using var files = new TemporaryDirectory();
        var certificate = SelfSignedCertificate.Issue();
        Directory.CreateDirectory(files["state"]);
        Mount(files["tokens/alertmanager"], ("alertmanager", new string('a', 64)));
        Mount(files["tokens/ops"], ("ops.token", new string('b', 64)));
        Mount(files["push"], ("token", "token"));
        Mount(files["web"], ("web-config.yml", WebFiles.Tls), ("server.crt", certificate.Certificate), ("server.key", certificate.Key));
        var (config, pod) = (Config(scenario), Pod(scenario));
        config = config.Replace("/etc/nic-hang-exporter", files.Path, StringComparison.Ordinal)
            .Replace("/var/lib/nic-hang-exporter", files["state"], StringComparison.Ordinal).Replace("/host/sys", "/sys", StringComparison.Ordinal);
        // Each file that the configuration names is mounted.
        Assert.All(MountedPath().Matches(Config(scenario)), path => Assert.Contains(Container(pod).VolumeMounts, mount => path.Value.StartsWith(mount.MountPath + "/", StringComparison.Ordinal)));

        var run = await new ExporterCommand([$"--config.file={files.Write("config.yaml", config)}", "--config.check", .. Container(pod).Args.Skip(1)]).RunAsync();

        Assert.True(run.ExitCode == 0, run.Error);
    }

    [Theory]
    [MemberData(nameof(Scenarios))]
    public void EachPod_IsRestricted(string scenario)
    {
        var pod = Pod(scenario);
        var (container, privileged) = (Container(pod), scenario == "privileged-values.yaml");

        Assert.True(pod.HostNetwork);
        Assert.NotEqual(true, pod.HostPID);
        Assert.NotEqual(true, pod.HostIPC);
        Assert.False(pod.AutomountServiceAccountToken);
        Assert.Equal("RuntimeDefault", pod.SecurityContext.SeccompProfile.Type);
        Assert.True(container.SecurityContext.ReadOnlyRootFilesystem);
        Assert.Equal(privileged, container.SecurityContext.Privileged);
        Assert.Equal(pod.SecurityContext.RunAsUser != 0, pod.SecurityContext.RunAsNonRoot);
        if (!privileged)
        {
            Assert.False(container.SecurityContext.AllowPrivilegeEscalation);
            Assert.Equal(["ALL"], container.SecurityContext.Capabilities.Drop);
        }
        // Nothing of the node is written but the state directory.
        Assert.All(container.VolumeMounts, mount => Assert.True(mount.ReadOnlyProperty == true || mount.MountPath == "/var/lib/nic-hang-exporter", $"{mount.MountPath} can be written"));
    }

    [Theory]
    [InlineData("default-values.yaml", "off", 1654, "SYSLOG")]
    [InlineData("observe-values.yaml", "observe", 0, "SYSLOG")]
    [InlineData("enforce-values.yaml", "enforce", 0, "SYSLOG", "NET_ADMIN")]
    // What the journal has left open is still put in order, which can be to bring a link up.
    [InlineData("observe-only-values.yaml", "observe", 0, "SYSLOG", "NET_ADMIN")]
    [InlineData("own-user-values.yaml", "off", 1654, "SYSLOG")]
    public void Mode_DecidesUserCapabilitiesAndState(string scenario, string local, int user, params string[] capabilities)
    {
        var (config, pod) = (Config(scenario), Pod(scenario));

        Assert.Contains($"\nremediation.local: {(local == "off" ? "\"off\"" : local)}\n", config, StringComparison.Ordinal);
        Assert.Equal(user, pod.SecurityContext.RunAsUser);
        Assert.Equal(capabilities, Container(pod).SecurityContext.Capabilities.Add);
        Assert.Equal(scenario != "default-values.yaml", pod.Volumes.Any(volume => volume.Name == "state" && volume.HostPath.Type == "DirectoryOrCreate"));
    }

    [Fact]
    public void ObserveOnly_TakesEnforceFromEachTriggerAndReplacesAllPodsAtOnce()
    {
        string[] brake = ["--set", "remediation.observeOnly=true"];

        var config = Config("webhook-values.yaml", brake);

        Assert.DoesNotContain("enforce", config, StringComparison.Ordinal);
        Assert.Equal(3, ObservingTrigger().Count(config));
        Assert.Equal("100%", DaemonSet("webhook-values.yaml", brake).Spec.UpdateStrategy.RollingUpdate.MaxUnavailable.Value);
        Assert.Equal("1", DaemonSet("webhook-values.yaml").Spec.UpdateStrategy.RollingUpdate.MaxUnavailable.Value);
        Assert.NotEqual(Checksum(DaemonSet("webhook-values.yaml")), Checksum(DaemonSet("webhook-values.yaml", brake)));
    }

    [Theory]
    [InlineData("HTTP", "/-/healthy", "/-/ready", "config.log.level=info")]
    // The kubelet has no password, which /-/healthy does not need.
    [InlineData("HTTPS", "/-/healthy", "/-/healthy", "webConfig.existingSecret=web")]
    [InlineData("HTTP", "/-/healthy", "/-/healthy", "webConfig.existingSecret=web,webConfig.tls=false")]
    public void Probes_AskWhatTheKubeletMayAsk(string scheme, string alive, string ready, string values)
    {
        var container = Container(DaemonSet("default-values.yaml", "--set", values).Spec.Template.Spec);

        Assert.Equal((scheme, alive), (container.LivenessProbe.HttpGet.Scheme, container.LivenessProbe.HttpGet.Path));
        Assert.Equal((scheme, ready), (container.ReadinessProbe.HttpGet.Scheme, container.ReadinessProbe.HttpGet.Path));
    }

    [Fact]
    public void Probes_WhereClientCertificatesAreRequired_AreConnectionsAlone() =>
        Assert.All([Container(Pod("webhook-values.yaml")).LivenessProbe, Container(Pod("webhook-values.yaml")).ReadinessProbe], probe =>
        {
            Assert.Equal("metrics", probe.TcpSocket.Port.Value);
            Assert.Null(probe.HttpGet);
        });

    [Theory]
    [InlineData("unquoted", "remediation: {local: off}", "\"off\"")]
    [InlineData("quoted", "remediation: {local: \"off\"}", "\"off\"")]
    public void Off_IsOffAlsoWhereYamlTakesItForFalse(string name, string values, string mode)
    {
        using var files = new TemporaryDirectory();

        Assert.Contains($"remediation.local: {mode}\n", Config("default-values.yaml", "--values", files.Write(name, values)), StringComparison.Ordinal);
    }

    [Theory]
    [InlineData("remediation.lokal=enforce", "lokal")]
    [InlineData("remediation.local=heal", "/remediation/local")]
    [InlineData("hostnetwork=true", "hostnetwork")]
    [InlineData("prometheusRule.alerts.NicHnag=true,prometheusRule.enabled=true", "NicHnag", "NicHangQuarantined")]
    [InlineData("config.stall.windw=10s", "stall.windw")]
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

    [Fact]
    public void Rules_AreThoseOfTheRepository()
    {
        var names = new ShippedAlerting(SimulatedPrometheus.Repository).Rules().Values.SelectMany(text => AlertName().Matches(text)).Select(alert => alert.Groups[1].Value).ToList();
        var all = HelmChart.Render("default-values.yaml", ["--set", "prometheusRule.enabled=true", "--set", string.Join(',', names.Select(name => $"prometheusRule.alerts.{name}=true"))]);
        var rendered = all.Single(document => document.Kind == "PrometheusRule").Text;
        var expected = new ShippedAlerting(SimulatedPrometheus.Repository).Rules().Values.SelectMany(text => Groups(Parse(text)["groups"]));

        Assert.Equal(expected.Order(StringComparer.Ordinal), Groups(((Dictionary<object, object>)Parse(rendered)["spec"])["groups"]).Order(StringComparer.Ordinal));
    }

    [Fact]
    public void Alert_ThatIsSwitchedOff_IsLeftOut()
    {
        var rules = HelmChart.Render("observe-values.yaml").Single(document => document.Kind == "PrometheusRule").Text;

        Assert.Contains("alert: NicHangRepeats\n", rules, StringComparison.Ordinal);
        Assert.Contains("alert: NicHangCertificateExpires\n", rules, StringComparison.Ordinal);
        Assert.DoesNotContain("alert: NicHangLinkPartnerPauses\n", rules, StringComparison.Ordinal);
        Assert.DoesNotContain("alert: NicHangDeadMansSwitch\n", rules, StringComparison.Ordinal);
        Assert.Contains("runbook_url: https://wiki.example.org/nic-hang/NicHangRepeats.md\n", rules, StringComparison.Ordinal);
        Assert.Equal(AlertName().Count(rules), TeamLabel().Count(rules));
    }

    [Fact]
    public void Dashboards_AreOneConfigMapEach()
    {
        var dashboards = Path.Combine(SimulatedPrometheus.Repository, "grafana") is var directory && Directory.Exists(directory) ? Directory.GetFiles(directory, "*.json") : [];
        var maps = HelmChart.Render("observe-values.yaml").Where(document => document.Kind == "ConfigMap").Select(document => (V1ConfigMap)Strict(document))
            .Where(map => map.Metadata.Labels.ContainsKey("grafana_dashboard")).ToList();

        Assert.Equal(dashboards.Select(File.ReadAllText).Order(StringComparer.Ordinal), maps.Select(map => map.Data.Values.Single()).Order(StringComparer.Ordinal));
    }

    [Fact]
    public void WebhookUrl_IsATemplateOfTheAlertsInstance()
    {
        var config = HelmChart.Render("webhook-values.yaml").Single(document => document.Kind == "AlertmanagerConfig").Text;

        Assert.Contains("url: \"https://{{ .GroupLabels.instance }}/api/v1/alertmanager\"", config, StringComparison.Ordinal);
        Assert.Contains("groupBy: [instance, device]", config, StringComparison.Ordinal);
    }

    // As the kubelet mounts a Secret: each name is a link to a link, so that all change at once.
    private static void Mount(string directory, params IEnumerable<(string Name, string Content)> files)
    {
        Directory.CreateDirectory(Path.Combine(directory, "..2026_11_29"));
        File.CreateSymbolicLink(Path.Combine(directory, "..data"), "..2026_11_29");
        foreach (var (name, content) in files)
        {
            var file = Path.Combine(directory, "..2026_11_29", name);
            File.WriteAllText(file, content);
            File.SetUnixFileMode(file, UnixFileMode.UserRead);
            File.CreateSymbolicLink(Path.Combine(directory, name), $"..data/{name}");
        }
    }

    private static IKubernetesObject<V1ObjectMeta> Strict(ChartDocument document) => document.Kind switch
    {
        "DaemonSet" => KubernetesYaml.Deserialize<V1DaemonSet>(document.Text, strict: true),
        "ConfigMap" => KubernetesYaml.Deserialize<V1ConfigMap>(document.Text, strict: true),
        "Service" => KubernetesYaml.Deserialize<V1Service>(document.Text, strict: true),
        "ServiceAccount" => KubernetesYaml.Deserialize<V1ServiceAccount>(document.Text, strict: true),
        "NetworkPolicy" => KubernetesYaml.Deserialize<V1NetworkPolicy>(document.Text, strict: true),
        var kind => throw new InvalidOperationException($"the chart makes a {kind}, of which the tests know nothing"),
    };

    private static string Config(string scenario, params IEnumerable<string> arguments) =>
        HelmChart.Render(scenario, arguments).Where(document => document.Kind == "ConfigMap").Select(document => ((V1ConfigMap)Strict(document)).Data)
            .Single(data => data.ContainsKey("config.yaml"))["config.yaml"];

    private static V1DaemonSet DaemonSet(string scenario, params IEnumerable<string> arguments) =>
        (V1DaemonSet)Strict(HelmChart.Render(scenario, arguments).Single(document => document.Kind == "DaemonSet"));

    private static V1PodSpec Pod(string scenario) => DaemonSet(scenario).Spec.Template.Spec;

    private static V1Container Container(V1PodSpec pod) => Assert.Single(pod.Containers);

    private static string Checksum(V1DaemonSet set) => set.Spec.Template.Metadata.Annotations["checksum/config"];

    private static Dictionary<object, object> Parse(string yaml) => new DeserializerBuilder().Build().Deserialize<Dictionary<object, object>>(yaml);

    // Each group as one line of text, with its keys in order.
    private static IEnumerable<string> Groups(object groups) => ((List<object>)groups).Select(Canonical);

    private static string Canonical(object? value) => value switch
    {
        Dictionary<object, object> map => $"{{{string.Join(", ", map.OrderBy(pair => (string)pair.Key, StringComparer.Ordinal).Select(pair => $"{pair.Key}: {Canonical(pair.Value)}"))}}}",
        List<object> list => $"[{string.Join(", ", list.Select(Canonical))}]",
        _ => value?.ToString() ?? "",
    };

    [GeneratedRegex("/etc/nic-hang-exporter/[^ \n]+|/var/lib/nic-hang-exporter/[^ \n]+")]
    private static partial Regex MountedPath();

    [GeneratedRegex(@"alert: (NicHang\w*)$", RegexOptions.Multiline)]
    private static partial Regex AlertName();

    [GeneratedRegex("^ +team: network$", RegexOptions.Multiline)]
    private static partial Regex TeamLabel();

    [GeneratedRegex(@"^remediation\.(local|webhook|api): observe$", RegexOptions.Multiline)]
    private static partial Regex ObservingTrigger();
}
