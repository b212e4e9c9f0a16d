using NicHangExporter.Linux;
using NicHangExporter.Linux.Ethtool;

namespace NicHangExporter.Tests.Remediation;

/// <summary>What is reason enough to act, and what is not.</summary>
public sealed class LocalLoopConfirmationTests : LocalLoop
{
    [Fact]
    public void FalseAlarm_OneReportAfterLinkUp_IsNoReasonToAct()
    {
        Begin();
        Host.Print(Host.NextSequence(),
            "e1000e 0000:00:1f.6 eno1: NIC Link is Up 1000 Mbps Full Duplex, Flow Control: Rx/Tx", priority: 6);
        Host.Print(Host.NextSequence(), SimulatedNic.RecordedHang);
        Host.Live(120);

        Assert.Empty(Nic.Operations);
    }

    [Fact]
    public void OneReport_AndAFrozenTransmitter_IsReasonEnough()
    {
        Begin();
        Nic.Reports = false;
        Nic.Hang();
        Host.Print(Host.NextSequence(), SimulatedNic.RecordedHang);
        Host.Live(15);

        Assert.NotEmpty(Nic.Operations);
    }

    [Theory]
    [InlineData(1)]
    [InlineData(7)]
    [InlineData(14)]
    public void SwitchThatPauses_WithTheWatchdogFiring_IsNoHang(int phase)
    {
        ulong frames = 100;
        Host.Ethtool.Statistics = _ => [new Statistic("rx_flow_control_xoff", frames)];
        Begin();
        Host.Poller.Poll();
        Host.Live(phase);
        Nic.Reports = false;
        // No command to the driver would end it.
        Nic.CuredBy.Clear();
        Nic.Hang();
        var second = phase;
        Host.Live(90, () =>
        {
            frames += 30;
            // The counter is read every fifteen seconds, as by default, in any phase of the storm.
            if (++second % 15 == 0)
                Host.Poller.Poll();
            if (second % 5 == phase % 5)
                Host.Print(Host.NextSequence(),
                    "e1000e 0000:00:1f.6 eno1: NETDEV WATCHDOG: CPU: 0: transmit queue 0 timed out 5008 ms",
                    priority: 2);
        });

        Assert.Empty(Nic.Operations);
    }

    [Fact]
    public void Watchdog_AloneAndRepeated_IsAHangWhereNobodyPauses()
    {
        Begin();
        Nic.Reports = false;
        Nic.Hang();
        var second = 0;
        Host.Live(40, () =>
        {
            if (++second % 5 == 0 && Nic.IsHung)
                Host.Print(Host.NextSequence(),
                    "e1000e 0000:00:1f.6 eno1: NETDEV WATCHDOG: CPU: 0: transmit queue 0 timed out 5008 ms",
                    priority: 2);
        });

        Assert.Contains(Nic.Operations, operation => operation.What == "reinit");
    }

    [Fact]
    public void OneFiringOfTheWatchdog_InLogAndCounter_IsOneReport()
    {
        Begin();
        Host.Print(Host.NextSequence(),
            "e1000e 0000:00:1f.6 eno1: NETDEV WATCHDOG: CPU: 0: transmit queue 0 timed out 5008 ms", priority: 2);
        Host.Live(1);
        Host.Sysfs.Write("eno1", "queues/tx-0/tx_timeout", "1\n");
        Host.Live(30);

        Assert.Empty(Nic.Operations);
    }

    [Fact]
    public void History_IsNeverActedOn()
    {
        // What is in the pipe when the reader opens it is what was in the ring.
        Host.Append(1, SimulatedNic.RecordedHang, at: Host.Uptime - 4);
        Host.Append(2, SimulatedNic.RecordedHang, at: Host.Uptime - 2);
        Begin();
        Host.Live(60);

        Assert.Empty(Nic.Operations);
    }

    [Fact]
    public void ForgedReport_OfUserSpace_IsNeverActedOn()
    {
        Begin();
        Host.Live(20, () => Host.Print(Host.NextSequence(), SimulatedNic.RecordedHang, priority: 11, dictionary: null));

        Assert.Empty(Nic.Operations);
    }

    [Fact]
    public void BootGrace_IsWaitedFor()
    {
        Host.Configure(options => options with
        {
            Remediation = options.Remediation with { BootGrace = TimeSpan.FromSeconds(Host.Uptime + 30) },
        });
        Begin();
        Nic.Hang();
        Host.Live(25);
        Assert.Empty(Nic.Operations);
        Host.Live(20);
        Assert.NotEmpty(Nic.Operations);
    }
}
