using NicHangExporter.Hosting;
using NicHangExporter.Persistence;
using NicHangExporter.Persistence.Control;
using NicHangExporter.Remediation;
using NicHangExporter.Remediation.Planning;

namespace NicHangExporter.Tests.Persistence.Control;

/// <summary>Persisting and removing by request: what is chosen, what is written, what is refused.</summary>
public sealed class PersisterTests : IDisposable
{
    private readonly FixtureHost _host = new(Remediation.LocalLoop.Enforcing);
    private readonly SimulatedNic _nic;
    private readonly string _root;

    public PersisterTests()
    {
        _nic = _host.AddSimulatedNic();
        _root = IfupdownRoot.Make(_host.Options.Paths.Rootfs);
        _host.Open();
    }

    private string File => _root + IfupdownRoot.File;

    public void Dispose() => _host.Dispose();

    [Fact]
    public async Task Profile_IsWrittenAsFarAsTheDeviceHasItAndLetsAnyoneChangeIt()
    {
        _nic.Fix("tx-tcp6-segmentation", on: true);

        var result = await _host.Persister.PersistAsync(new PersistOrder("eno1") { Profile = "segmentation" });

        Assert.Equal(["tx-generic-segmentation", "tx-tcp-segmentation"], result.Settings);
        Assert.Equal((IfupdownRoot.File, PersistenceWay.Hook, NetworkManagerKind.Ifupdown, true),
            (result.Path, result.Way, result.Manager, result.Changed));
        Assert.Null(result.Content);
        var text = await System.IO.File.ReadAllTextAsync(File, TestContext.Current.CancellationToken);
        Assert.Contains("ethtool -K \"$nic\" tx-tcp-segmentation off", text, StringComparison.Ordinal);
        Assert.Contains("# Profile: segmentation", text, StringComparison.Ordinal);
        Assert.DoesNotContain("tx-tcp6", text, StringComparison.Ordinal);
        Assert.Equal(1, _host.Log.Count(EventIds.Persisted));

        var again = await _host.Persister.PersistAsync(new PersistOrder("0000:00:1f.6") { Profile = "segmentation" });

        Assert.False(again.Changed);
        Assert.Equal(1, _host.Log.Count(EventIds.Persisted));
    }

    [Fact]
    public async Task DryRun_WritesNothingAndHasTheText()
    {
        var before = IfupdownRoot.Snapshot(_root);

        var result = await _host.Persister.PersistAsync(
            new PersistOrder("eno1") { Profile = "eee", DryRun = true });

        Assert.Equal(before, IfupdownRoot.Snapshot(_root));
        Assert.StartsWith("#!/bin/sh\n# nic-hang-exporter persist 0000:00:1f.6 sha256:", result.Content,
            StringComparison.Ordinal);
        Assert.Equal(["eee"], result.Settings);
    }

    [Fact]
    public async Task WithoutProfile_IsWhatRemediationDecided()
    {
        var outcome = _host.Ask(new RemediationRequest(_nic.Interface, RemediationTrigger.Cli) { Settings = ["gso"] });
        Assert.Equal(RemediationVerdict.Applied, outcome.Verdict);

        var result = await _host.Persister.PersistAsync(new PersistOrder("eno1"));

        Assert.Equal(["tx-generic-segmentation"], result.Settings);
    }

    // The helper refuses a remark that is no name of a profile, such as a feature with an underscore.
    [Theory]
    [InlineData("tx-udp_tnl-segmentation", null)]
    [InlineData("rx-hashing", null)]
    [InlineData(null, null)]
    [InlineData("segmentation", "segmentation")]
    public void SingleSetting_IsNoRemarkAboutAProfile(string? stage, string? remark)
    {
        var nic = HostNic.Find(HostRoot.From(_host.Options.Paths), "eno1");

        var request = SettingsChoice.Of(
            new PersistOrder("eno1"), nic, ["rx-hashing"], stage, facts: null, new ProfileCatalog(_host.Options));

        Assert.Equal(remark, request.Profile);
    }

    [Fact]
    public async Task Unpersist_LeavesTheTreeAsItWas()
    {
        var before = IfupdownRoot.Snapshot(_root);
        await _host.Persister.PersistAsync(new PersistOrder("eno1") { Profile = "segmentation" });

        var (bus, removed) = await _host.Persister.UnpersistAsync("eno1");

        Assert.Equal(("0000:00:1f.6", IfupdownRoot.File), (bus.ToString(), Assert.Single(removed.Removed)));
        Assert.Equal(before, IfupdownRoot.Snapshot(_root));
        Assert.Empty((await _host.Persister.UnpersistAsync("eno1")).Removed.Removed);
    }

    [Theory]
    [InlineData("eno1")]
    [InlineData("0000:00:1f.6")]
    public async Task Unpersist_OfADeviceThatHasLeft_FindsItByItsFile(string name)
    {
        await _host.Persister.PersistAsync(new PersistOrder("eno1") { Profile = "segmentation" });
        System.IO.File.Delete(Path.Combine(_host.Sysfs.Root, "class/net/eno1"));

        var (_, removed) = await _host.Persister.UnpersistAsync(name);

        Assert.Equal([IfupdownRoot.File], removed.Removed);
    }

    [Theory]
    [InlineData(null, "nothing was decided for eno1: give a profile (checksum, ")]
    [InlineData("fast", "there is no such profile: write one of checksum, ")]
    public async Task NothingToPersist_IsOneLineThatSaysWhatToGive(string? profile, string message)
    {
        var exception = await Assert.ThrowsAsync<PersistenceException>(
            () => _host.Persister.PersistAsync(new PersistOrder("eno1") { Profile = profile }));

        Assert.Equal(PersistenceError.NotPossible, exception.Error);
        Assert.StartsWith(message, exception.Message, StringComparison.Ordinal);
        Assert.DoesNotContain('\n', exception.Message);
    }

    [Fact]
    public async Task ProfileThatTheDeviceHasNothingOf_IsRefused()
    {
        _nic.Eee = null;

        var exception = await Assert.ThrowsAsync<PersistenceException>(
            () => _host.Persister.PersistAsync(new PersistOrder("eno1") { Profile = "eee" }));

        Assert.Contains("nothing of that profile", exception.Message, StringComparison.Ordinal);
    }

    [Fact]
    public async Task ForeignFile_StaysAndIsCounted()
    {
        await System.IO.File.WriteAllTextAsync(File, "#!/bin/sh\n", TestContext.Current.CancellationToken);

        var exception = await Assert.ThrowsAsync<PersistenceException>(
            () => _host.Persister.PersistAsync(new PersistOrder("eno1") { Profile = "segmentation" }));

        Assert.Equal(PersistenceError.Conflict, exception.Error);
        Assert.Equal("#!/bin/sh\n",
            await System.IO.File.ReadAllTextAsync(File, TestContext.Current.CancellationToken));
        Assert.Equal(1, await _host.ValueAsync("nichang_persist_failures_total"));
    }

    [Fact]
    public async Task KernelThatDoesNotAnswer_HoldsUpNoRequestForLongerThanTheDeadline()
    {
        _host.Ethtool.Rtnl.Reset();
        var asked = _host.Persister.PersistAsync(new PersistOrder("eno1") { Profile = "segmentation" });
        while (!asked.IsCompleted)
        {
            _host.Clock.Advance(TimeSpan.FromSeconds(1));
            await Task.Yield();
        }

        var exception = await Assert.ThrowsAsync<PersistenceException>(() => asked);
        Assert.Contains("can't be read now", exception.Message, StringComparison.Ordinal);
        // A read is stuck, so the next request does not begin one.
        await Assert.ThrowsAsync<PersistenceException>(
            () => _host.Persister.PersistAsync(new PersistOrder("eno1") { Profile = "segmentation" }));
        _host.Ethtool.Rtnl.Set();
    }
}
