using System.Text.RegularExpressions;
using k8s.Models;

namespace NicHangExporter.EndToEnd;

/// <summary>The objects that the Helm chart renders from its values.</summary>
public sealed partial class ChartTests
{
    private const string StateDirectory = "/var/lib/nic-hang-exporter";

    public ChartTests() => HelmChart.RequireHelm();

    public static TheoryData<string> Scenarios => [.. HelmChart.Scenarios];

    [Theory]
    [MemberData(nameof(Scenarios))]
    public void EachDocument_HasOnlyFieldsThatKubernetesKnows(string scenario) =>
        Assert.All(HelmChart.Render(scenario).Where(document => !document.IsOfThePrometheusOperator),
            document => Assert.Equal("hangs", document.Parse().Metadata.Labels["app.kubernetes.io/instance"]));

    [Theory]
    [MemberData(nameof(Scenarios))]
    public async Task EachConfiguration_IsTakenByTheExporter(string scenario)
    {
        using var files = new TemporaryDirectory();
        var certificate = SelfSignedCertificate.Issue();
        Directory.CreateDirectory(files["state"]);
        Mount(files["tokens/alertmanager"], ("alertmanager", new string('a', 64)));
        Mount(files["tokens/ops"], ("ops.token", new string('b', 64)));
        Mount(files["push"], ("alerting.yml", "authorization: {credentials_file: token}\n"), ("token", "token"));
        Mount(files["web"], ("web-config.yml", WebFiles.Tls), ("server.crt", certificate.Certificate),
            ("server.key", certificate.Key));
        var (config, container) = (HelmChart.Configuration(scenario), HelmChart.Container(scenario));
        var here = config.Replace("/etc/nic-hang-exporter", files.Path, StringComparison.Ordinal)
            .Replace(StateDirectory, files["state"], StringComparison.Ordinal)
            .Replace("/host/sys", "/sys", StringComparison.Ordinal);

        var run = await new ExporterCommand(
            [$"--config.file={files.Write("config.yaml", here)}", "--config.check", .. container.Args.Skip(1)])
            .RunAsync();

        Assert.True(run.ExitCode == 0, run.Error);
        // Each file that the configuration names is mounted.
        Assert.All(MountedPath().Matches(config), path => Assert.Contains(container.VolumeMounts,
            mount => path.Value.StartsWith(mount.MountPath + "/", StringComparison.Ordinal)));
    }

    [Theory]
    [MemberData(nameof(Scenarios))]
    public void EachPod_IsRestricted(string scenario)
    {
        var (pod, container) = (HelmChart.Pod(scenario), HelmChart.Container(scenario));
        var isPrivileged = scenario == "privileged-values.yaml";

        Assert.True(pod.HostNetwork);
        Assert.NotEqual(true, pod.HostPID);
        Assert.NotEqual(true, pod.HostIPC);
        Assert.False(pod.AutomountServiceAccountToken);
        Assert.Equal("RuntimeDefault", pod.SecurityContext.SeccompProfile.Type);
        Assert.True(container.SecurityContext.ReadOnlyRootFilesystem);
        Assert.Equal(isPrivileged, container.SecurityContext.Privileged);
        Assert.Equal(pod.SecurityContext.RunAsUser != 0, pod.SecurityContext.RunAsNonRoot);
        if (!isPrivileged)
        {
            Assert.False(container.SecurityContext.AllowPrivilegeEscalation);
            Assert.Equal(["ALL"], container.SecurityContext.Capabilities.Drop);
        }
        Assert.All(container.VolumeMounts, mount => Assert.True(
            mount.ReadOnlyProperty == true || mount.MountPath == StateDirectory, $"{mount.MountPath} can be written"));
    }

    [Theory]
    [InlineData("default-values.yaml", "\"off\"", 1654, "SYSLOG")]
    [InlineData("observe-values.yaml", "observe", 0, "SYSLOG")]
    [InlineData("enforce-values.yaml", "enforce", 0, "SYSLOG", "NET_ADMIN")]
    // Interrupted remediations of the journal are still resolved, which may set a link up.
    [InlineData("observe-only-values.yaml", "observe", 0, "SYSLOG", "NET_ADMIN")]
    [InlineData("own-user-values.yaml", "\"off\"", 1654, "SYSLOG")]
    public void Mode_DecidesUserCapabilitiesAndState(string scenario, string local, int user, params string[] added)
    {
        var pod = HelmChart.Pod(scenario);

        Assert.Contains($"\nremediation.local: {local}\n", HelmChart.Configuration(scenario), StringComparison.Ordinal);
        Assert.Equal(user, pod.SecurityContext.RunAsUser);
        Assert.Equal(added, HelmChart.Container(scenario).SecurityContext.Capabilities.Add);
        Assert.Equal(scenario != HelmChart.Defaults,
            pod.Volumes.Any(volume => volume.Name == "state" && volume.HostPath.Type == "DirectoryOrCreate"));
    }

    [Fact]
    public void ObserveOnly_TakesEnforceFromEachTriggerAndReplacesAllPodsAtOnce()
    {
        const string Scenario = "webhook-values.yaml";
        string[] observeOnly = ["--set", "remediation.observeOnly=true"];
        var config = HelmChart.Configuration(Scenario, observeOnly);
        var (before, after) = (HelmChart.DaemonSet(Scenario), HelmChart.DaemonSet(Scenario, observeOnly));

        Assert.DoesNotContain("enforce", config, StringComparison.Ordinal);
        Assert.Equal(3, ObservingTrigger().Count(config));
        Assert.Equal("1", before.Spec.UpdateStrategy.RollingUpdate.MaxUnavailable.Value);
        Assert.Equal("100%", after.Spec.UpdateStrategy.RollingUpdate.MaxUnavailable.Value);
        Assert.NotEqual(Checksum(before), Checksum(after));
    }

    [Theory]
    [InlineData("HTTP", "/-/healthy", "/-/ready", "config.log.level=info")]
    // The kubelet has no password, which /-/healthy does not need.
    [InlineData("HTTPS", "/-/healthy", "/-/healthy", "webConfig.existingSecret=web")]
    [InlineData("HTTP", "/-/healthy", "/-/healthy", "webConfig.existingSecret=web,webConfig.tls=false")]
    public void Probes_AskWhatTheKubeletMayAsk(string scheme, string alive, string ready, string values)
    {
        var container = HelmChart.Container(HelmChart.Defaults, "--set", values);
        var (liveness, readiness) = (container.LivenessProbe.HttpGet, container.ReadinessProbe.HttpGet);

        Assert.Equal((scheme, alive), (liveness.Scheme, liveness.Path));
        Assert.Equal((scheme, ready), (readiness.Scheme, readiness.Path));
    }

    [Fact]
    public void Probes_WhereClientCertificatesAreRequired_AreConnectionsAlone()
    {
        var container = HelmChart.Container("webhook-values.yaml");

        Assert.All([container.LivenessProbe, container.ReadinessProbe], probe =>
        {
            Assert.Equal("metrics", probe.TcpSocket.Port.Value);
            Assert.Null(probe.HttpGet);
        });
    }

    private static string Checksum(V1DaemonSet set) => set.Spec.Template.Metadata.Annotations["checksum/config"];

    // Like the kubelet's mount of a Secret: each name is a link to a link, so that all files change at the same time.
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

    [GeneratedRegex("/etc/nic-hang-exporter/[^ \n]+|/var/lib/nic-hang-exporter/[^ \n]+")]
    private static partial Regex MountedPath();

    [GeneratedRegex(@"^remediation\.(local|webhook|api): observe$", RegexOptions.Multiline)]
    private static partial Regex ObservingTrigger();
}
