using NicHangExporter.Api;
using NicHangExporter.Hosting;
using NicHangExporter.Linux;
using NicHangExporter.Remediation;
using NicHangExporter.Remediation.Journaling;
using NicHangExporter.Remediation.Policy;
using NicHangExporter.State;
using NicHangExporter.Text;

namespace NicHangExporter.Tests.Remediation.Faults;

/// <summary>What may not be changed is not touched, and the answer says why and what to do instead.</summary>
public sealed class GateTests
{
    [Theory]
    [InlineData("CapEff:\t0000000000000000\n")]
    [InlineData("CapEff:\t000001ffffffefff\n")] // all but CAP_NET_ADMIN
    [InlineData("")]
    public async Task Capability_Missing_IsIncapableAndNoIoctl(string status)
    {
        using var scene = new FaultScene();
        File.WriteAllText(scene.Host.Directory.File("self/status"), status);
        scene.Open();
        scene.Hang();

        foreach (var request in new[] { scene.Request("tso"), scene.RollbackRequest(), scene.LocalRequest() })
            Assert.Equal(DeclineReason.Incapable, scene.Ask(request).Declined);

        Assert.Empty(scene.Operations);
        Assert.Empty(scene.Entries(JournalEvent.Intent));
        Assert.Equal(0, await scene.Metric("nichang_capability_present{capability=\"net_admin\"}"));
        Assert.Equal(1,
            await scene.Metric("nichang_remediation_declined_total{trigger=\"local\",reason=\"incapable\"}"));
        // What would be done can be said without being able to.
        Assert.Equal(RemediationVerdict.DryRun, scene.Ask(scene.Request("tso") with { DryRun = true }).Verdict);
    }

    [Fact]
    public async Task Journal_ThatCannotBeWritten_MeansNoIoctl()
    {
        using var scene = new FaultScene();
        File.WriteAllText(scene.Host.Options.Paths.StateDirectory!, "no directory");
        scene.Open();
        scene.Hang();

        foreach (var request in new[] { scene.Request("tso"), scene.RollbackRequest(), scene.LocalRequest() })
            Assert.Equal(DeclineReason.JournalUnavailable, scene.Ask(request).Declined);

        Assert.Empty(scene.Operations);
        Assert.Equal(0, await scene.Metric("nichang_journal_writable"));
        Assert.False(scene.Host.Remediator.Status().JournalWritable);
    }

    [Theory]
    [InlineData("bridge/stp_state")]
    [InlineData("bonding/mode")]
    [InlineData("")]
    public void Upper_IsDeclinedAndItsPortsAreNamed(string attribute)
    {
        using var scene = new FaultScene().Open();
        scene.Host.Sysfs.Add("vmbr0"u8);
        scene.Host.Sysfs.Write("vmbr0", "ifindex", "7\n");
        scene.Host.Sysfs.Write("vmbr0", "statistics/tx_packets", "7\n");
        if (attribute.Length > 0)
            scene.Host.Sysfs.Write("vmbr0", attribute, "0\n");
        Bonds.Stack(scene.Host, "vmbr0", "eno1");
        AllowAll(scene, "vmbr0");

        var outcome = scene.Ask(new RemediationRequest(Name("vmbr0"), RemediationTrigger.Cli) { Settings = ["tso"] });

        Assert.Equal(DeclineReason.Upper, outcome.Declined);
        Assert.Contains("eno1", outcome.Explanation, StringComparison.Ordinal);
        Assert.Empty(scene.Operations);
    }

    [Theory]
    [InlineData("tso", false, null)] // reset-free: the only port may be changed
    [InlineData("rx", false, "bond")]
    [InlineData("rx", true, null)]
    public void PortOfABond_WithoutAnotherThatWorks_IsInterruptedOnlyWhereItHangs(string setting, bool hung,
        string? declined)
    {
        using var scene = new FaultScene();
        var other = scene.Add("eno2", "0000:02:00.0");
        Bonds.Make(scene.Host, "bond0", "eno1", "eno2");
        scene.Open();
        (other.IsUp, other.HasCarrier) = (false, false);
        scene.Live(1);
        if (hung)
            scene.Hang();

        var outcome = scene.Ask(scene.Request(setting) with { Recover = hung });

        Assert.Equal(declined, outcome.Declined is { } reason ? SnakeCase.Of(reason) : null);
        Assert.Equal(declined is null, scene.Operations.Any());
    }

    [Fact]
    public void PortOfABond_WithAnotherThatWorks_MayBeInterrupted()
    {
        using var scene = new FaultScene();
        scene.Add("eno2", "0000:02:00.0");
        Bonds.Make(scene.Host, "bond0", "eno1", "eno2");
        scene.Open();
        Assert.Equal(RemediationVerdict.Applied, scene.Ask(scene.Request("rx")).Verdict);
    }

    [Fact]
    public void PortsOfABond_ThatHangTogether_AreLeftToAPersonWhoHasThemOneByOne()
    {
        using var scene = new FaultScene();
        var other = scene.Add("eno2", "0000:02:00.0");
        Bonds.Make(scene.Host, "bond0", "eno1", "eno2");
        scene.Open();
        scene.Hang();
        scene.Hang(other);
        Assert.Equal(DeclineReason.Ambiguous, scene.Ask(scene.LocalRequest()).Declined);
        Assert.Equal(DeclineReason.Ambiguous, scene.Ask(scene.LocalRequest(other)).Declined);
        Assert.Empty(scene.Operations);

        var first = scene.Submit(scene.Request("tso") with { Recover = true });
        Assert.Equal(DeclineReason.Busy,
            scene.Ask(scene.Request("tso") with { Device = other.Interface, Recover = true }).Declined);
        scene.Live(60);
        Assert.Equal(RemediationVerdict.Healed, first.Answer().Verdict);
        Assert.Empty(other.Operations);
    }

    [Fact]
    public void AllowList_WithoutTheDevice_DeclinesEverybody()
    {
        using var scene = new FaultScene(options => options with
        {
            Remediation = options.Remediation with { Devices = ["eno7", "0000:07:00.0"] },
        }).Open();
        scene.Hang();
        Assert.Equal(DeclineReason.NotAllowed, scene.Ask(scene.Request("tso")).Declined);
        Assert.Equal(DeclineReason.NotAllowed, scene.Ask(scene.LocalRequest()).Declined);
        Assert.Empty(scene.Operations);
    }

    [Fact]
    public void AllowList_WithTheBusAddress_MeansTheDeviceWhateverItsName()
    {
        using var scene = new FaultScene(options => options with
        {
            Remediation = options.Remediation with { Devices = ["0000:00:1f.6"] },
        }).Open();
        Assert.Equal(RemediationVerdict.Applied, scene.Ask(scene.Request("tso")).Verdict);
    }

    [Fact]
    public void DriverWithoutLadder_IsChangedOnlyWhereItIsListed()
    {
        using var scene = new FaultScene(driver: "atlantic").Open();
        Assert.Equal(DeclineReason.NoProfile, scene.Ask(scene.Request("tso")).Declined);
        Assert.Empty(scene.Operations);

        AllowAll(scene, "eno1");
        Assert.Equal(RemediationVerdict.Applied, scene.Ask(scene.Request("tso")).Verdict);
        // Without a ladder there is no next stage.
        Assert.Equal(DeclineReason.NoProfile, scene.Ask(scene.Request()).Declined);
    }

    [Fact]
    public void VirtualDevice_IsChangedOnlyWhereItIsListed()
    {
        using var scene = new FaultScene().Open();
        scene.Host.Sysfs.Add("veth0"u8);
        scene.Host.Sysfs.Write("veth0", "ifindex", "9\n");
        scene.Host.Sysfs.Write("veth0", "operstate", "up\n");
        scene.Host.Sysfs.Write("veth0", "statistics/tx_packets", "9\n");
        scene.Nic.Name = "veth0";
        var request = new RemediationRequest(Name("veth0"), RemediationTrigger.Cli) { Settings = ["tso"] };
        Assert.Equal(DeclineReason.NotAllowed, scene.Ask(request).Declined);
        Assert.Empty(scene.Operations);

        AllowAll(scene, "veth0");
        Assert.Equal(RemediationVerdict.Applied, scene.Ask(request).Verdict);
        Assert.Equal("name:veth0", scene.Entries(JournalEvent.Intent)[0].Key);
    }

    [Fact]
    public void FixedFeatures_SomeOfThem_AreReportedAndTheRestIsApplied()
    {
        using var scene = new FaultScene().Open();
        scene.Nic.Fix("tx-generic-segmentation", on: true);

        var outcome = scene.Ask(scene.Request("tso", "gso"));

        Assert.Equal(RemediationVerdict.Applied, outcome.Verdict);
        Assert.Contains("tx-generic-segmentation", Assert.Single(outcome.Fixed), StringComparison.Ordinal);
        Assert.Equal(["tx-tcp6-segmentation off", "tx-tcp-segmentation off"], scene.Operations);
        Assert.Equal(["tx-generic-segmentation"], scene.Entries(JournalEvent.Intent)[0].Fixed);
    }

    [Fact]
    public void FixedFeatures_AllOfThem_AreRefusedWithWhatToDoInstead()
    {
        using var scene = new FaultScene().Open();
        scene.Nic.Fix("tx-generic-segmentation", on: true);

        var outcome = scene.Ask(scene.Request("gso"));

        Assert.Equal(DeclineReason.NothingChangeable, outcome.Declined);
        Assert.Contains("tx-generic-segmentation", outcome.Explanation, StringComparison.Ordinal);
        Assert.Empty(scene.Operations);
        Assert.Equal(6, scene.Host.Remediator.Status().Devices.Single().BudgetLeft);
    }

    [Theory]
    [InlineData("tso", "no-such-feature")]
    [InlineData("no-such-feature", "tso")]
    [InlineData("tso", "Tso")]
    [InlineData("tso", "")]
    [InlineData("tso", "*")]
    [InlineData("tso", "all")]
    [InlineData("tso", "tx-tcp-segmentation off")]
    public void UnknownSetting_AmongKnownOnes_TouchesNothing(params string[] settings)
    {
        using var scene = new FaultScene().Open();
        var outcome = scene.Ask(scene.Request(settings));
        Assert.Equal(DeclineReason.UnknownSetting, outcome.Declined);
        Assert.Empty(scene.Operations);
        Assert.Empty(scene.Entries(JournalEvent.Intent));
    }

    [Fact]
    public void EmptyDevice_IsNoDevice()
    {
        using var scene = new FaultScene().Open();
        foreach (var request in new[] { new RemediationRequest(default, RemediationTrigger.Cli),
            new RemediationRequest(default, RemediationTrigger.Api) { Settings = ["tso"], Recover = true } })
            Assert.Equal(DeclineReason.UnknownDevice, scene.Ask(request).Declined);
        Assert.Empty(scene.Operations);
    }

    [Fact]
    public void EmptySettings_MeanTheFirstStageAndNotAll()
    {
        using var scene = new FaultScene().Open();
        var outcome = scene.Ask(scene.Request());
        Assert.Equal("segmentation", outcome.Profile);
        Assert.Equal(["tx-tcp6-segmentation off", "tx-tcp-segmentation off", "tx-generic-segmentation off"],
            scene.Operations);
    }

    [Fact]
    public void DeviceThatCannotBeRead_IsNotTouchedAndSaidOnce()
    {
        using var scene = new FaultScene().Open();
        scene.Host.Ethtool.Address = _ => throw new LinuxException("SIOCETHTOOL ETHTOOL_GPERMADDR", "eno1", Errno.IO);
        scene.Hang();
        for (var time = 0; time < 10; time++)
            Assert.Equal(RemediationVerdict.Failed, scene.Ask(scene.LocalRequest()).Verdict);

        Assert.Empty(scene.Operations);
        Assert.DoesNotContain(scene.Journal(), entry => entry.Event == JournalEvent.Intent);
        Assert.Equal(1, scene.Host.Log.Count(EventIds.DeviceUnreadable));
        Assert.Equal(0, scene.Host.Log.Count(EventIds.RemediationFailed));

        scene.Host.Ethtool.Address = _ => null;
        Assert.Equal(RemediationVerdict.Healed, scene.Ask(scene.LocalRequest()).Verdict);
    }

    private static void AllowAll(FaultScene scene, params string[] devices) =>
        scene.Restart(options => options with { Remediation = options.Remediation with { Devices = devices } });

    private static InterfaceName Name(string text) => InterfaceName.TryParse(text, out var name) ? name : default;
}
