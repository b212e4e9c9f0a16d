using System.Runtime.InteropServices;
using NicHangExporter.Options;
using NicHangExporter.Remediation;
using NicHangExporter.Remediation.Journaling;
using NicHangExporter.Remediation.Policy;
using NicHangExporter.TestSupport;

namespace NicHangExporter.Tests.Remediation.Faults;

/// <summary>
/// The kill switch works immediately: no new change. A change in progress is undone, and a rollback is not stopped.
/// </summary>
public sealed partial class KillSwitchTests
{
    private const string Circle = "a link in a circle on the way",
        TooLong = "a link to a name that is too long on the way";

    [Theory]
    [InlineData("a file")]
    [InlineData("a directory")]
    [InlineData("a link to nothing")]
    [InlineData(Circle)]
    [InlineData(TooLong)]
    [InlineData("a command")]
    public async Task Set_Before_DeclinesEverybodyButAnUndo(string how)
    {
        using var scene = new FaultScene(options => how is Circle or TooLong
            ? options with
            {
                Remediation = options.Remediation with
                {
                    DisableFile = Path.Combine(Path.GetDirectoryName(options.Paths.Kmsg)!, "switch/disable"),
                },
            }
            : options).Open();
        Assert.Equal(RemediationVerdict.Applied, scene.Ask(scene.Request("tso")).Verdict);
        scene.Nic.Operations.Clear();
        Set(scene, how);
        scene.Hang();

        Assert.Equal(DeclineReason.Paused, scene.Ask(scene.Request("gso")).Declined);
        Assert.Equal(DeclineReason.Paused, scene.Ask(scene.LocalRequest()).Declined);
        Assert.Equal(DeclineReason.Paused,
            scene.Ask(scene.Request("gso") with { Trigger = RemediationTrigger.Webhook }).Declined);
        // Drift is not corrected either.
        scene.Nic.Request("tx-tcp-segmentation", true);
        scene.Live(90);

        Assert.Empty(scene.Operations);
        Assert.Equal(1, await scene.Metric("nichang_remediation_paused"));
        Assert.True(scene.Host.Remediator.Status().Paused);
        // But the dry run says what would be, and that it would not be now.
        var would = scene.Ask(scene.Request("gso") with { DryRun = true });
        Assert.Equal((RemediationVerdict.DryRun, DeclineReason.Paused), (would.Verdict, would.Declined));

        Assert.Equal(RemediationVerdict.Applied, scene.Ask(scene.RollbackRequest()).Verdict);
        Assert.True(scene.Nic.IsRequested("tx-tcp6-segmentation"));
        Assert.Empty(scene.Record.Desired);
    }

    [Fact]
    public async Task Metric_OfTheFile_FollowsTheLookOfTheWorker_NotTheScrape()
    {
        using var scene = new FaultScene().Open();
        Set(scene, "a file");
        // A scrape does not touch the file: its disk may hang.
        Assert.Equal(0, await scene.Metric("nichang_remediation_paused"));
        scene.Live(6);
        Assert.Equal(1, await scene.Metric("nichang_remediation_paused"));
        File.Delete(scene.Host.Options.Remediation.DisableFile);
        scene.Live(6);
        Assert.Equal(0, await scene.Metric("nichang_remediation_paused"));
    }

    [Fact]
    public async Task Metric_OfTheCommand_FollowsWhileTheWorkerIsBusy()
    {
        using var scene = new FaultScene().Open();
        _ = scene.Host.Remediator.SetPausedAsync(true, "root");
        Assert.Equal(1, await scene.Metric("nichang_remediation_paused"));
        scene.Host.RemediationWorker.RunPending();
        _ = scene.Host.Remediator.SetPausedAsync(false, "root");
        scene.Host.RemediationWorker.RunPending();
        Assert.Equal(0, await scene.Metric("nichang_remediation_paused"));
    }

    [Theory]
    [InlineData(false)]
    [InlineData(true)]
    public async Task Set_BetweenTwoSteps_UndoesTheFirstAndDoesNotDoTheSecond(bool hung)
    {
        using var scene = new FaultScene().Open();
        var atFirst = scene.Nic.Requested;
        if (hung)
            scene.Hang();
        scene.Nic.After = what => Set(scene, what == "tx-tcp6-segmentation off" ? "a file" : "nothing");

        var outcome = scene.Ask(scene.Request("tso", "rx") with { Recover = hung });

        Assert.Equal(RemediationVerdict.RolledBack, outcome.Verdict);
        Assert.Contains("kill switch", outcome.Explanation, StringComparison.Ordinal);
        Assert.Equal(["tx-tcp6-segmentation off", "tx-tcp6-segmentation on"], scene.Operations);
        Assert.Equal(atFirst, scene.Nic.Requested);
        Assert.Equal(1, await scene.Outcomes("cli", "rolled_back"));
        // A person has stopped it: the device has not done anything wrong.
        Assert.False(scene.Record.Quarantined);
        scene.AssertSound(atFirst);
    }

    [Fact]
    public void Set_RightBeforeTheFirstStep_ChangesNothing()
    {
        // The journal is the last that is waited for before the device.
        using var scene = new FaultScene(options => options with
        {
            Remediation = options.Remediation with
            {
                DisableFile = Path.Combine(options.Paths.StateDirectory!,
                "journal.jsonl")
            },
        }).Open();
        File.Delete(scene.Host.Options.Remediation.DisableFile);
        var outcome = scene.Ask(scene.Request("tso"));

        Assert.Equal(RemediationVerdict.Failed, outcome.Verdict);
        Assert.Empty(scene.Operations);
        scene.AssertSound(scene.Nic.Requested);
    }

    [Fact]
    public void Set_WhileALinkIsDown_BringsItUpAllTheSame()
    {
        using var scene = new FaultScene(options => options with
        {
            Remediation = options.Remediation with { AllowReinit = false },
        }).Open();
        scene.Hang();
        scene.Nic.After = what => Set(scene, what == "down" ? "a file" : "nothing");

        scene.Ask(scene.Request("tso") with { Recover = true });

        Assert.True(scene.Nic.IsUp);
        Assert.Equal(["down", "up"], scene.Operations.Where(what => what is "down" or "up"));
    }

    [Fact]
    public void Set_WhileVerifying_KeepsWhatIsDoneAndStopsTheNextRung()
    {
        using var scene = new FaultScene().Open();
        scene.Nic.CuredBy.Clear();
        scene.Nic.TurnedOnAtLinkUp.Add("tx-tcp-segmentation");
        var atFirst = scene.Nic.Requested;
        scene.Hang();
        var ticket = scene.Submit(scene.LocalRequest());
        Set(scene, "a file");
        scene.Nic.Operations.Clear();
        scene.Live(60);

        // Not healed, so undone; but neither re-asserted at link-up nor followed by a bounce.
        Assert.Equal(RemediationVerdict.NotHealed, ticket.Answer().Verdict);
        Assert.All(scene.Operations, what => Assert.EndsWith(" on", what, StringComparison.Ordinal));
        Assert.Equal(atFirst, scene.Nic.Requested);

        File.Delete(scene.Host.Options.Remediation.DisableFile);
        scene.Live(10);
        Assert.Contains("down", scene.Operations);
    }

    [Fact]
    public void Command_SurvivesARestartAndAnotherLiftsIt()
    {
        using var scene = new FaultScene().Open();
        Set(scene, "a command");
        scene.Restart();
        Assert.Equal(DeclineReason.Paused, scene.Ask(scene.Request("tso")).Declined);
        Assert.True(scene.Host.Remediator.Status().Paused);

        var answer = scene.Host.Remediator.SetPausedAsync(false, "root");
        scene.Host.RemediationWorker.RunPending();
        Assert.Null(answer.Now());
        scene.Restart();
        Assert.Equal(RemediationVerdict.Applied, scene.Ask(scene.Request("tso")).Verdict);
        Assert.Equal([JournalEvent.Paused, JournalEvent.Resumed], scene.Journal().Select(entry => entry.Event)
            .Where(what => what is JournalEvent.Paused or JournalEvent.Resumed));
    }

    [Fact]
    public void Lift_OfTheCommand_LeavesTheFileInForce()
    {
        using var scene = new FaultScene().Open();
        Set(scene, "a file");
        Set(scene, "a command");
        _ = scene.Host.Remediator.SetPausedAsync(false, "root");
        scene.Host.RemediationWorker.RunPending();
        Assert.Equal(DeclineReason.Paused, scene.Ask(scene.Request("tso")).Declined);
    }

    [Fact]
    public void File_InADirectoryThatMayNotBeRead_CountsAsSet()
    {
        Requires.Root();
        using var directory = new TemporaryDirectory();
        var closed = Directory.CreateDirectory(directory.File("closed"), UnixFileMode.None).FullName;
        var killSwitch = new KillSwitch(new ExporterOptions
        {
            Remediation = new()
            {
                DisableFile = Path.Combine(closed,
            "disable")
            }
        });
        Assert.False(killSwitch.IsSet);
        bool? isSet = null;
        // On a thread without permissions for the file.
        var thread = new Thread(() =>
        {
            _ = SetFileUser(65534);
            isSet = killSwitch.IsSet;
        });
        thread.Start();
        thread.Join();
        Assert.True(isSet);
    }

    private static void Set(FaultScene scene, string how)
    {
        var (options, directory) = (scene.Host.Options, scene.Host.Directory);
        switch (how)
        {
            case "a file":
                File.WriteAllText(options.Remediation.DisableFile, "");
                break;
            case "a directory":
                Directory.CreateDirectory(options.Remediation.DisableFile);
                break;
            case "a link to nothing":
                File.CreateSymbolicLink(options.Remediation.DisableFile, "nowhere");
                break;
            case Circle:
                File.CreateSymbolicLink(directory.File("switch"), "switch");
                break;
            case TooLong:
                File.CreateSymbolicLink(directory.File("switch"), new string('x', 300));
                break;
            case "a command":
                _ = scene.Host.Remediator.SetPausedAsync(true, "root");
                scene.Host.RemediationWorker.RunPending();
                break;
        }
    }

    [LibraryImport("libc.so.6", EntryPoint = "setfsuid")]
    private static partial int SetFileUser(uint user);
}
