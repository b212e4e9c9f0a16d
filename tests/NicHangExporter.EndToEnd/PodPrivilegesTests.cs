namespace NicHangExporter.EndToEnd;

/// <summary>
/// The privileges that the Helm chart gives to a pod with a state directory: user 0 with two capabilities that do not
/// bypass file modes, and a directory as the kubelet creates it.
/// </summary>
public sealed class PodPrivilegesTests
{
    private const UnixFileMode OwnerWrites = UnixFileMode.UserRead | UnixFileMode.UserWrite | UnixFileMode.UserExecute
        | UnixFileMode.GroupRead | UnixFileMode.GroupExecute | UnixFileMode.OtherRead | UnixFileMode.OtherExecute;

    // The remaining privileges of user 0 in a container: drop ALL, add SYSLOG and NET_ADMIN, no privilege escalation.
    private static readonly string[] Pod =
        ["setpriv", "--inh-caps=-all", "--bounding-set=-all,+syslog,+net_admin", "--no-new-privs"];

    public PodPrivilegesTests()
    {
        Requires.Root();
        Requires.Program("setpriv");
    }

    [Fact]
    public async Task RootOfAPod_KeepsItsStateInADirectoryThatTheKubeletMade_AcrossPods()
    {
        using var host = new FakeHost();
        Directory.CreateDirectory(host.State, OwnerWrites);
        var state = $"--state.directory={host.State}";
        var command = new ExporterCommand([ExporterCommand.AnyPort, .. host.Paths, state,
            $"--remediation.disable-file={host.State}/disable", "--remediation.local=enforce"])
        { Wrapper = Pod };

        foreach (var paused in new[] { 0, 1 })
        {
            using var exporter = await ExporterProcess.StartAsync(command);

            await exporter.StartedAsync();
            await exporter.ScrapeUntilAsync("the state is known", metrics => metrics["nichang_state_up"] == 1
                && metrics["nichang_journal_writable"] == 1 && metrics["nichang_remediation_paused"] == paused);
            // kubectl exec has the same privileges, and finds the daemon by the socket in the directory.
            var status = await new ExporterCommand("status", state, "--format=json") { Wrapper = Pod }.RunAsync();
            Assert.Contains("\"daemonAnswered\":true", status.Output, StringComparison.Ordinal);
            // An administrator of the node stops it with a file in the directory.
            File.WriteAllText(Path.Combine(host.State, "disable"), "");
        }
    }

    [Fact]
    public void RootOfAPod_HasTwoCapabilities()
    {
        var status = Execution.Of(Pod[0], [.. Pod.Skip(1), "cat", "/proc/self/status"]).Succeeded();

        // CAP_NET_ADMIN is bit 12, CAP_SYSLOG bit 34.
        Assert.Contains("CapEff:\t0000000400001000\n", status, StringComparison.Ordinal);
        Assert.Contains("NoNewPrivs:\t1\n", status, StringComparison.Ordinal);
    }
}
