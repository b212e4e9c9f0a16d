using NicHangExporter.Api;
using NicHangExporter.Linux;
using NicHangExporter.Remediation;
using NicHangExporter.Remediation.Journaling;
using NicHangExporter.Remediation.Policy;
using NicHangExporter.Text;

namespace NicHangExporter.Tests.Remediation.Faults;

/// <summary>
/// SIGTERM in each phase: nothing new, no link down, what is unproven is said to be, and the next start goes on
/// soundly.
/// </summary>
public sealed class StopTests
{
    private static readonly TimeSpan Deadline = TimeSpan.FromSeconds(10);

    [Fact]
    public void Stop_WhileIdle_RefusesWhatComesAfter()
    {
        using var scene = new FaultScene().Open();
        Assert.True(scene.Host.Remediator.StopAsync(Deadline).IsCompleted);
        foreach (var request in new[] { scene.Request("tso"), scene.LocalRequest(), scene.RollbackRequest(),
            scene.Request("tso") with { DryRun = true } })
            Assert.Equal(DeclineReason.ShuttingDown, scene.Host.Remediator.Submit(request).Answer().Declined);
        Assert.Equal("the program is ending",
            scene.Host.Remediator.ClearQuarantineAsync(scene.Nic.Interface, "root").Now()?.Explanation);
        Assert.Empty(scene.Operations);
    }

    [Fact]
    public void Stop_WithARequestInTheQueue_DoesNotBeginIt()
    {
        using var scene = new FaultScene().Open();
        var ticket = scene.Host.Remediator.Submit(scene.Request("tso"));
        Assert.True(scene.Host.Remediator.StopAsync(Deadline).IsCompleted);
        Assert.Equal(DeclineReason.ShuttingDown, ticket.Answer().Declined);
        Assert.Empty(scene.Operations);
        Assert.Empty(scene.Host.Ledger.State.Devices);
    }

    [Theory]
    [InlineData("verifying, of a NIC that works")]
    [InlineData("verifying, of a NIC that hung")]
    [InlineData("link down")]
    public void Stop_DuringARemediation_LeavesTheChangeUnprovenAndTheLinkUp(string phase)
    {
        using var scene = new FaultScene(options => options with
        {
            Remediation = options.Remediation with { AllowReinit = phase != "link down" },
        }).Open();
        var atFirst = scene.Nic.Requested;
        if (phase != "verifying, of a NIC that works")
            scene.Hang();
        var ticket = scene.Submit(scene.Request("tso", "rx") with { Recover = scene.Nic.IsHung });
        Assert.Equal(phase != "link down", scene.Nic.IsUp);
        if (phase != "link down")
            scene.Live(1);
        Assert.False(ticket.Outcome.IsCompleted);

        Assert.True(scene.Host.Remediator.StopAsync(Deadline).IsCompleted);

        Assert.Equal(RemediationVerdict.Unverified, ticket.Answer().Verdict);
        Assert.True(scene.Nic.IsUp);
        Assert.Equal(["rx-checksum", "tx-tcp-segmentation", "tx-tcp6-segmentation"], scene.Record.Desired);
        scene.AssertSound(atFirst);

        var operations = scene.Nic.Operations.Count;
        scene.Restart();
        scene.Live(60);
        Assert.Equal(operations, scene.Nic.Operations.Count);
        Assert.Equal(DeclineReason.Cooldown, scene.Ask(scene.Request("gso")).Declined);
        Assert.Equal(RemediationVerdict.Applied, scene.Ask(scene.RollbackRequest()).Verdict);
        Assert.Equal(atFirst, scene.Nic.Requested);
    }

    [Fact]
    public void Stop_WhileTheLinkCannotBeBroughtUp_LeavesThatToTheNextStart()
    {
        using var scene = new FaultScene(options => options with
        {
            Remediation = options.Remediation with { AllowReinit = false },
        }).Open();
        scene.Hang();
        scene.Submit(scene.LocalRequest());
        scene.Nic.Errors["up"] = Errno.Busy;
        Assert.True(scene.Host.Remediator.StopAsync(Deadline).IsCompleted);
        Assert.False(scene.Nic.IsUp);
        Assert.Equal(2, scene.Entries(JournalEvent.Outcome)[0].LeftDown);

        scene.Nic.Errors.Clear();
        scene.Restart();
        scene.Live(1);
        Assert.True(scene.Nic.IsUp);
    }

    [Theory]
    [InlineData(false, "unverified")]
    [InlineData(true, "rollback_failed")]
    public void Stop_InTheMiddleOfARollback_ForgetsNothingThatIsNotBack(bool refused, string verdict)
    {
        using var scene = new FaultScene().Open();
        var atFirst = scene.Nic.Requested;
        scene.Ask(scene.Request("tso", "rx"));
        if (refused)
            scene.Nic.Errors["tx-tcp-segmentation on"] = Errno.Busy;
        var ticket = scene.Submit(scene.RollbackRequest());
        Assert.False(ticket.Outcome.IsCompleted);
        Assert.True(scene.Host.Remediator.StopAsync(Deadline).IsCompleted);
        Assert.Equal(verdict, SnakeCase.Of(ticket.Answer().Verdict));
        scene.AssertSound(atFirst);

        scene.Nic.Errors.Clear();
        scene.Restart();
        Assert.Equal(refused ? RemediationVerdict.Applied : RemediationVerdict.Declined,
            scene.Ask(scene.RollbackRequest()).Verdict);
        Assert.Equal(atFirst, scene.Nic.Requested);
    }
}
