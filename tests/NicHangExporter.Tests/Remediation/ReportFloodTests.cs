using NicHangExporter.Linux;
using NicHangExporter.Remediation;
using NicHangExporter.Remediation.Policy;
using NicHangExporter.Tests.Remediation.Faults;

namespace NicHangExporter.Tests.Remediation;

/// <summary>A flood of hang reports: one request of each device waits, with the content of the newest report.</summary>
public sealed class ReportFloodTests : LocalLoop
{
    [Fact]
    public void RequestsOfOneDevice_WaitAsOne()
    {
        Host.Open();
        var first = Host.Remediator.Submit(Local(recover: true));
        for (var report = 0; report < 100_000; report++)
        {
            var next = Host.Remediator.Submit(Local(recover: true) with { Reason = $"hang reported: {report}" });
            Assert.True(next.Joined);
            Assert.Equal(first.Id, next.Id);
        }
        Assert.InRange(Host.RemediationWorker.Waiting, 1, 4);
        Host.RemediationWorker.RunPending();
        Assert.Equal(DeclineReason.NotHung, first.Answer().Declined);
        // And from then on there may be the next.
        Assert.False(Host.Remediator.Submit(Local(recover: true)).Joined);
    }

    [Fact]
    public void RequestThatWaits_AsksWhatTheNewestReportAsks()
    {
        Host.Open();
        Nic.Hang();
        RecordReport();
        var first = Host.Remediator.Submit(Local(recover: false) with { Episode = "20260724T160000Z-eno1" });
        var second = Host.Remediator.Submit(Local(recover: true) with
        {
            Episode = "20260724T160500Z-eno1",
            Reason = "the newest"
        });
        Host.RemediationWorker.RunPending();

        Assert.Equal(first.Id, second.Id);
        var intent = Assert.Single(Intents());
        Assert.Equal(("reinit", "the newest"), (intent.RecoveryAction, intent.Reason));
    }

    [Fact]
    public void AnotherDevice_WaitsForItself()
    {
        var other = Host.AddSimulatedNic("eno2", "0000:02:00.0");
        Host.Open();
        Assert.False(Host.Remediator.Submit(Local(recover: true)).Joined);
        Assert.False(Host.Remediator.Submit(Local(recover: true) with { Device = other.Interface }).Joined);
        // The same name, and another NIC by now.
        var elsewhere = Local(recover: true) with { Bus = default(NicHangExporter.Linux.BusAddress) };
        Assert.False(Host.Remediator.Submit(elsewhere).Joined);
    }

    [Fact]
    public void FloodInTheKernelLog_MakesOneRequestAndABoundedQueue()
    {
        Begin();
        Nic.Hang();
        Assert.InRange(Host.RemediationWorker.Waiting, 0, 0);
        for (var record = 0; record < 2_000; record++)
        {
            Host.Clock.Advance(TimeSpan.FromMilliseconds(5));
            Host.Print(Host.NextSequence(),
                "e1000e 0000:00:1f.6 eno1: Detected Hardware Unit Hang:\\x0a  TDH                  <e>\\x0a"
                + "  TDT                  <1a>");
        }

        Assert.InRange(Host.RemediationWorker.Waiting, 1, 4);
        Host.RemediationWorker.RunPending();
        Assert.Single(Intents());
    }

    private RemediationRequest Local(bool recover) =>
        new(Nic.Interface, RemediationTrigger.Local) { Recover = recover };

    private void RecordReport()
    {
        var now = Host.Clock.GetElapsedTime(0);
        Assert.True(NicHangExporter.Linux.BusAddress.TryParse(Nic.Bus, out var bus));
        Host.Evidence.Report(Nic.Interface, bus, now, now, Nic.TxPackets);
    }
}
