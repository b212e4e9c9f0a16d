namespace NicHangExporter.EndToEnd;

/// <summary>
/// The privileges that the Helm chart gives to a pod with a state directory: user 0 with two capabilities and no more, so not that of passing over file
/// modes, and a directory as the kubelet makes it.
/// </summary>
public sealed class PodPrivilegesTests
{
    // What a container runtime leaves of user 0 after drop ALL, add SYSLOG and NET_ADMIN, allowPrivilegeEscalation false.
    private static readonly string[] Pod = ["setpriv", "--inh-caps=-all", "--bounding-set=-all,+syslog,+net_admin", "--no-new-privs"];

    [Fact]
    public async Task RootOfAPod_KeepsItsStateInADirectoryThatTheKubeletMade_AcrossPods()
    {
        Requires.Root();
        Requires.Program("setpriv");
        using var host = new FakeHost();
        Directory.CreateDirectory(host.State, UnixFileMode.UserRead | UnixFileMode.UserWrite | UnixFileMode.UserExecute
            | UnixFileMode.GroupRead | UnixFileMode.GroupExecute | UnixFileMode.OtherRead | UnixFileMode.OtherExecute);
        var command = new ExporterCommand([ExporterCommand.AnyPort, .. host.Paths, $"--state.directory={host.State}", $"--remediation.disable-file={host.State}/disable", "--remediation.local=enforce"]) { Wrapper = Pod };

        foreach (var paused in new[] { 0, 1 })
        {
            using var exporter = await ExporterProcess.StartAsync(command);

            var metrics = await exporter.ScrapeAsync();

            Assert.Equal(1, metrics["nichang_state_up"]);
            Assert.Equal(1, metrics["nichang_journal_writable"]);
            Assert.Equal(paused, metrics["nichang_remediation_paused"]);
            // kubectl exec has the same privileges, and finds the daemon by the socket in the directory.
            var status = await new ExporterCommand("status", $"--state.directory={host.State}", "--format=json") { Wrapper = Pod }.RunAsync();
            Assert.Contains("\"daemonAnswered\":true", status.Output, StringComparison.Ordinal);
            // An administrator of the node stops it by a file in the directory.
            File.WriteAllText(Path.Combine(host.State, "disable"), "");
        }
    }

    [Fact]
    public void RootOfAPod_HasTwoCapabilities()
    {
        Requires.Root();
        Requires.Program("setpriv");

        var status = Execution.Of(Pod[0], [.. Pod.Skip(1), "cat", "/proc/self/status"]).Succeeded();

        // CAP_NET_ADMIN is bit 12, CAP_SYSLOG bit 34.
        Assert.Contains("CapEff:\t0000000400001000\n", status, StringComparison.Ordinal);
        Assert.Contains("NoNewPrivs:\t1\n", status, StringComparison.Ordinal);
    }
}
