using NicHangExporter.Remediation;
using NicHangExporter.Remediation.Journaling;

namespace NicHangExporter.Tests.Remediation.Faults;

/// <summary>
/// A host whose remediation thread really runs, with a command to the kernel that does not return until the test lets
/// it.
/// </summary>
internal sealed class StuckScene : IDisposable
{
    /// <summary>The command that does not return.</summary>
    private const string Step = "tx-tcp-segmentation off";

    private readonly ManualResetEventSlim _isIn = new();
    private readonly ManualResetEventSlim _returns = new();

    public StuckScene(JournalFiles? files = null, int deviceBudget = 6)
    {
        Scene = new FaultScene(options => options with
        {
            Remediation = options.Remediation with { Deadline = TimeSpan.FromSeconds(30), DeviceBudget = deviceBudget },
        }, files);
        Scene.Nic.Before = what =>
        {
            if (what == Step)
                Block();
        };
    }

    public FaultScene Scene { get; }

    public FixtureHost Host => Scene.Host;

    public void Dispose()
    {
        _returns.Set();
        Scene.Dispose();
        _isIn.Dispose();
        _returns.Dispose();
    }

    /// <summary>Starts the thread.</summary>
    public StuckScene Open()
    {
        Scene.Open();
        Host.RemediationWorker.Start();
        return this;
    }

    /// <summary>Keeps the remediation thread in the command of a request.</summary>
    public RemediationTicket Stick()
    {
        var ticket = Host.Remediator.Submit(Scene.Request("tso"));
        Assert.True(_isIn.Wait(TimeSpan.FromSeconds(30), TestContext.Current.CancellationToken),
            "the command was not begun");
        return ticket;
    }

    /// <summary>Keeps the remediation thread in a read of something else.</summary>
    public void StickInARead()
    {
        Assert.True(Host.RemediationWorker.Post(Block));
        Assert.True(_isIn.Wait(TimeSpan.FromSeconds(30), TestContext.Current.CancellationToken));
    }

    /// <summary>The command returns; back when all that was queued by then is done.</summary>
    public void Release()
    {
        _returns.Set();
        Settle();
    }

    /// <summary>Waits until the thread has run what is queued now.</summary>
    public void Settle()
    {
        using var done = new ManualResetEventSlim();
        Assert.True(Host.RemediationWorker.Post(done.Set, isExternal: true));
        Assert.True(done.Wait(TimeSpan.FromSeconds(30), TestContext.Current.CancellationToken));
    }

    /// <summary>Lets time pass in quarters of a second.</summary>
    public void Live(int seconds)
    {
        for (var quarter = 1; quarter <= 4 * seconds; quarter++)
        {
            Host.Clock.Advance(TimeSpan.FromMilliseconds(250));
            Settle();
            if (quarter % 4 == 0)
                Scene.Nic.Second();
        }
    }

    private void Block()
    {
        _isIn.Set();
        _returns.Wait(TimeSpan.FromMinutes(2), TestContext.Current.CancellationToken);
    }
}
