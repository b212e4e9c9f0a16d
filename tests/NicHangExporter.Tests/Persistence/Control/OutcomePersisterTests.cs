using NicHangExporter.Hosting;
using NicHangExporter.Options;
using NicHangExporter.Persistence;
using NicHangExporter.Persistence.Control;
using NicHangExporter.Remediation;
using NicHangExporter.Tests.Remediation;
using NicHangExporter.Text;

namespace NicHangExporter.Tests.Persistence.Control;

/// <summary>Option remediation.persist: after an outcome, after a rollback, and at the start.</summary>
public sealed class OutcomePersisterTests : IDisposable
{
    private static readonly string[] Segmentation =
        ["tx-generic-segmentation", "tx-tcp-segmentation", "tx-tcp6-segmentation"];

    private FixtureHost _host = new(Persisting, live: true);
    private readonly SimulatedNic _nic;
    private readonly string _root;

    public OutcomePersisterTests()
    {
        _nic = _host.AddSimulatedNic();
        _root = IfupdownRoot.Make(_host.Options.Paths.Rootfs);
    }

    private string File => _root + IfupdownRoot.File;

    public void Dispose() => _host.Dispose();

    [Fact]
    public async Task HealedHang_IsPersisted_AndARollbackRemovesIt()
    {
        var before = IfupdownRoot.Snapshot(_root);
        Begin();
        _nic.Hang();
        _host.Live(60);
        Assert.False(_nic.IsHung);
        await SettledAsync();

        var file = Assert.Single(PersistenceScan.Read(HostRoot.From(_host.Options.Paths)));
        Assert.True(file.Matches(Segmentation), string.Join(' ', file.Settings));
        Assert.Equal("segmentation", file.Profile);

        RollBack();
        await SettledAsync();

        Assert.Equal(before, IfupdownRoot.Snapshot(_root));
        Assert.Equal(0, await _host.ValueAsync("nichang_persist_failures_total"));
    }

    // The file stays as it is, byte for byte.
    [Fact]
    public async Task FileOfAPerson_ThatHasMore_StaysAfterAHangAndAfterAStart()
    {
        await PersistAsync("classic");
        var text = await System.IO.File.ReadAllTextAsync(File, TestContext.Current.CancellationToken);
        await HealAsync();
        Assert.Equal(Segmentation, _host.Remediator.Status().Devices.Single().Desired);

        Assert.Equal(text, await System.IO.File.ReadAllTextAsync(File, TestContext.Current.CancellationToken));

        Restart();
        _host.OutcomePersister.Compare();
        await SettledAsync();

        Assert.Equal(text, await System.IO.File.ReadAllTextAsync(File, TestContext.Current.CancellationToken));
        Assert.Equal(0, _host.Log.Count(EventIds.PersistBehind));
    }

    [Fact]
    public async Task FileOfAPerson_AfterHealing_StaysAfterAStart()
    {
        await HealAsync();
        await PersistAsync("classic");
        var text = await System.IO.File.ReadAllTextAsync(File, TestContext.Current.CancellationToken);
        Restart();

        _host.OutcomePersister.Compare();
        await SettledAsync();

        Assert.Equal(text, await System.IO.File.ReadAllTextAsync(File, TestContext.Current.CancellationToken));
        Assert.Equal(0, _host.Log.Count(EventIds.PersistBehind));
    }

    // Nothing was decided in this state directory: the file is from before, or a person's.
    [Fact]
    public async Task FileWithOtherSettings_IsExtended_AndARollbackTakesBackOnlyItsOwn()
    {
        await PersistAsync("eee");
        await HealAsync();

        Assert.Equal(["eee", .. Segmentation], Settings);

        RollBack();
        await SettledAsync();

        Assert.Equal(["eee"], Settings);
    }

    [Fact]
    public async Task NotesOfAResult_AreLogged()
    {
        const string Edited = "/etc/udev/rules.d/90-nic-hang-exporter-0000-00-1f-6.rules";
        Directory.CreateDirectory(Path.GetDirectoryName(_root + Edited)!);
        await System.IO.File.WriteAllTextAsync(
            _root + Edited, "# nic-hang-exporter persist 0000:00:1f.6 sha256:00\n",
            TestContext.Current.CancellationToken);
        await HealAsync();

        Assert.Contains(_host.Log.Texts(EventIds.PersistNote),
            text => text.Contains($"{Edited} was edited", StringComparison.Ordinal));
    }

    [Theory]
    [InlineData(false, "enforce")]
    [InlineData(true, "observe")]
    public async Task WithoutTheOption_OrInModeObserve_NothingIsWritten(bool persist, string mode)
    {
        _host.Configure(options => options with
        {
            Remediation = options.Remediation with
            {
                Persist = persist,
                Local = SnakeCase.Parse<RemediationMode>(mode)!.Value,
            },
        });
        var before = IfupdownRoot.Snapshot(_root);
        Begin();
        _nic.Hang();
        _host.Live(60);
        await SettledAsync();

        Assert.Equal(before, IfupdownRoot.Snapshot(_root));
    }

    [Fact]
    public async Task SettingThatDidHarm_IsNotPersisted()
    {
        // The link does not come back: the change is undone.
        _nic.Resetting = ["tx-generic-segmentation"];
        _nic.CarrierDelay = 300;
        var before = IfupdownRoot.Snapshot(_root);
        Begin();
        var outcome = _host.Ask(new RemediationRequest(_nic.Interface, RemediationTrigger.Cli) { Settings = ["gso"] });
        Assert.False(outcome.Verdict is RemediationVerdict.Healed or RemediationVerdict.Applied);
        await SettledAsync();

        Assert.Equal(before, IfupdownRoot.Snapshot(_root));
    }

    [Fact]
    public async Task CrashBetweenOutcomeAndFile_IsMadeUpForAtTheNextStart()
    {
        Begin();
        _nic.Hang();
        _host.Live(60);
        await SettledAsync();
        // As if the process had died before.
        System.IO.File.Delete(File);
        Restart();

        _host.OutcomePersister.Compare();
        await SettledAsync();

        Assert.True(System.IO.File.Exists(File));
        Assert.Contains("tx-tcp-segmentation", Assert.Single(_host.Log.Texts(EventIds.PersistBehind)),
            StringComparison.Ordinal);
        Restart();
        _host.OutcomePersister.Compare();
        await SettledAsync();
        Assert.Equal(0, _host.Log.Count(EventIds.PersistBehind));
    }

    [Fact]
    public async Task CrashBetweenRollbackAndRemoval_IsSaidAtTheNextStart_AndTheFileStays()
    {
        Begin();
        _nic.Hang();
        _host.Live(60);
        await SettledAsync();
        var text = await System.IO.File.ReadAllTextAsync(File, TestContext.Current.CancellationToken);
        RollBack();
        await SettledAsync();
        await System.IO.File.WriteAllTextAsync(File, text, TestContext.Current.CancellationToken);
        Restart();

        _host.OutcomePersister.Compare();
        await SettledAsync();

        Assert.Contains("nic-hang-exporter unpersist 0000:00:1f.6",
            Assert.Single(_host.Log.Texts(EventIds.PersistLeftOver)), StringComparison.Ordinal);
        Assert.True(System.IO.File.Exists(File));
    }

    [Fact]
    public async Task Start_WhilePaused_WritesNothing()
    {
        Begin();
        _nic.Hang();
        _host.Live(60);
        await SettledAsync();
        System.IO.File.Delete(File);
        await System.IO.File.WriteAllTextAsync(
            _host.Options.Remediation.DisableFile, "", TestContext.Current.CancellationToken);
        Restart();

        _host.OutcomePersister.Compare();
        await SettledAsync();

        Assert.False(System.IO.File.Exists(File));
    }

    [Fact]
    public async Task FileThatCantBeWritten_IsLoggedAndCountedOnce()
    {
        await System.IO.File.WriteAllTextAsync(File, "#!/bin/sh\n", TestContext.Current.CancellationToken);
        Begin();
        _nic.Hang();
        _host.Live(120);
        await SettledAsync();

        Assert.Equal(1, _host.Log.Count(EventIds.PersistFailed));
        Assert.Equal(1, await _host.ValueAsync("nichang_persist_failures_total"));
        Assert.Equal("#!/bin/sh\n",
            await System.IO.File.ReadAllTextAsync(File, TestContext.Current.CancellationToken));
    }

    [Fact]
    public async Task DeviceWithoutAnyManager_IsLoggedAndCounted()
    {
        Directory.Delete(_root, recursive: true);
        Begin();
        _nic.Hang();
        _host.Live(60);
        await SettledAsync();

        Assert.Equal(1, _host.Log.Count(EventIds.PersistFailed));
        Assert.Equal(1, await _host.ValueAsync("nichang_persist_failures_total"));
    }

    private static ExporterOptions Persisting(ExporterOptions options)
    {
        options = LocalLoop.Enforcing(options);
        return options with { Remediation = options.Remediation with { Persist = true } };
    }

    private void Begin()
    {
        _host.OutcomePersister.Start();
        _host.Open();
        _host.Start();
        _host.Live(2);
    }

    private void Restart()
    {
        var old = _host;
        _host = _host.Restart(configure: Persisting);
        old.Persister.Dispose();
        _host.Open();
        _host.OutcomePersister.Start();
    }

    private IEnumerable<string> Settings =>
        Assert.Single(PersistenceScan.Read(HostRoot.From(_host.Options.Paths))).Settings;

    private Task<PersistResult> PersistAsync(string profile) =>
        _host.Persister.PersistAsync(new PersistOrder("eno1") { Profile = profile });

    private async Task HealAsync()
    {
        Begin();
        _nic.Hang();
        _host.Live(60);
        Assert.False(_nic.IsHung);
        await SettledAsync();
    }

    private void RollBack()
    {
        var outcome = _host.Ask(
            new RemediationRequest(_nic.Interface, RemediationTrigger.Cli) { Rollback = true });
        Assert.Equal(RemediationVerdict.Applied, outcome.Verdict);
    }

    // Stops following outcomes, so it begins again.
    private async Task SettledAsync()
    {
        await _host.OutcomePersister.StopAsync(TimeSpan.FromMinutes(1));
        _host.OutcomePersister.Start();
    }
}
