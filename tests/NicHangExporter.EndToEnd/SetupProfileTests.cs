namespace NicHangExporter.EndToEnd;

/// <summary>
/// setup with a profile, on a device whose features can be read: a veth pair that sysfs calls an e1000e.
/// </summary>
public sealed class SetupProfileTests
{
    private static readonly string[] Persist =
        ["--yes", "--mode=enforce", $"--device={InstalledHost.Address}", "--persist", "--profile=segmentation"];

    [Fact]
    public async Task Profile_IsPersistedOnce_AndRemovedByUndo()
    {
        using var network = Network();
        using var host = new InstalledHost { Network = network };
        host.HandleByUdev();
        var before = host.Etc();

        var first = (await host.RunAsync(Persist)).Succeeded();
        var second = (await host.RunAsync(Persist)).Succeeded();

        Assert.Contains("done: wrote /etc/", first, StringComparison.Ordinal);
        Assert.EndsWith("changed: yes\n", first, StringComparison.Ordinal);
        Assert.Contains(host.Etc(), file => file.Contains("# nic-hang-exporter persist 0000:00:1f.6 sha256:",
            StringComparison.Ordinal));
        Assert.EndsWith("changed: no\n", second, StringComparison.Ordinal);
        Assert.Contains("done: remove /etc/", (await host.RunAsync("--undo")).Succeeded(), StringComparison.Ordinal);
        Assert.Equal(before, host.Etc());
    }

    [Fact]
    public async Task UnknownProfile_IsRefused_AndNothingIsWritten()
    {
        using var network = Network();
        using var host = new InstalledHost { Network = network };
        host.HandleByUdev();
        var before = host.Etc();

        var run = await host.RunAsync([.. Persist[..^1], "--profile=segmantation"]);

        Assert.Equal(1, run.ExitCode);
        Assert.Equal("nic-hang-exporter: setup: --profile: there is no profile 'segmantation'; "
            + "did you mean 'segmentation'?\n", run.Error);
        Assert.Equal(before, host.Etc());
    }

    private static NetworkNamespace Network()
    {
        var network = new NetworkNamespace();
        network.Execute("ip", "link", "add", "nic0", "type", "veth", "peer", "name", "peer0").Succeeded();
        return network;
    }
}
