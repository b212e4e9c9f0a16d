using NicHangExporter.Linux;
using NicHangExporter.Options;
using NicHangExporter.Remediation;
using NicHangExporter.Remediation.Policy;
using NicHangExporter.State;

namespace NicHangExporter.Tests.Remediation;

/// <summary>
/// Requests in any order and at the same time: the local loop with each hang report, console, API and webhook.
/// One episode is one action, and each request is answered.
/// </summary>
public sealed class InterleavingTests : IDisposable
{
    private static readonly RemediationTrigger[] Remote = [RemediationTrigger.Cli, RemediationTrigger.Api,
        RemediationTrigger.Webhook];

    private readonly FixtureHost _host;
    private readonly SimulatedNic _nic;
    private readonly BusAddress _bus;
    private bool _isThreaded;

    public InterleavingTests()
    {
        _host = new FixtureHost(Configure, journalFiles: new FaultyDisk().Files with { MaxBytes = 16 << 10 });
        _nic = _host.AddSimulatedNic();
        // What it says is reported by the test, and a link that goes away would be said as well.
        (_nic.Reports, _nic.CarrierDelay) = (false, 0);
        Assert.True(BusAddress.TryParse(_nic.Bus, out _bus));
    }

    public void Dispose() => _host.Dispose();

    [Theory]
    [InlineData(1)]
    [InlineData(4)]
    public void Triggers_InAnyOrder_MakeOneActionOfAnEpisode(int queues)
    {
        for (var queue = 1; queue < queues; queue++)
            _host.Sysfs.Write(_nic.Name, $"queues/tx-{queue}/tx_timeout", "0\n");
        _host.Open();
        for (var seed = 0; seed < 5000; seed++)
            Interleave(seed * queues, new Random(seed * queues));
    }

    [Fact]
    public void Callers_AHundredThreadsAtOnce_MakeOneActionAndAreAllAnswered()
    {
        const int Callers = 100, Rounds = 1000;
        _isThreaded = true;
        _host.RemediationWorker.Start();
        _host.StateDirectory.TryTake();
        _host.Remediator.Start();
        var tickets = new RemediationTicket[Callers];
        using var gate = new Barrier(Callers + 1);
        var callers = Enumerable.Range(0, Callers).Select(number => new Thread(() =>
        {
            for (var round = 0; round < Rounds; round++)
            {
                gate.SignalAndWait(TestContext.Current.CancellationToken);
                tickets[number] = _host.Remediator.Submit(Request(number % 4 == 0 ? RemediationTrigger.Local
                    : Remote[number % 3], dryRun: number % 25 == 24));
                gate.SignalAndWait(TestContext.Current.CancellationToken);
            }
        })
        { IsBackground = true }).ToList();
        callers.ForEach(caller => caller.Start());
        for (var round = 0; round < Rounds; round++)
        {
            Settle();
            _nic.Hang();
            Report(_host.Clock.GetElapsedTime(0));
            _host.Clock.Advance(TimeSpan.FromSeconds(2));
            Report(_host.Clock.GetElapsedTime(0));
            var before = Attempts();
            gate.SignalAndWait(TestContext.Current.CancellationToken);
            gate.SignalAndWait(TestContext.Current.CancellationToken);
            for (var second = 0; second < 30 && !tickets.All(ticket => ticket.Outcome.IsCompleted); second++)
            {
                Settle();
                _nic.Second();
                _host.Clock.Advance(TimeSpan.FromSeconds(1));
            }
            Settle();
            Assert.All(tickets, ticket => Assert.True(ticket.Outcome.IsCompletedSuccessfully));
            Assert.Equal(1, Attempts() - before);
            Assert.False(_nic.IsHung);
            var healed = tickets.Count(ticket => ticket.Outcome.Result.Verdict == RemediationVerdict.Healed);
            Assert.Equal(Callers - Callers / 25, healed);
            // Requests before and after the one of the loop get the outcome of the same remediation.
            Assert.Single(tickets.Select(ticket => ticket.Outcome.Result)
                .Where(outcome => outcome.Verdict == RemediationVerdict.Healed)
                .Select(outcome => outcome.Id).Distinct());
            Forget();
        }
        callers.ForEach(caller => caller.Join());
    }

    // One episode from the first packet that is stuck to long after it is healed; times, order and number of requests
    // are the seed's.
    private void Interleave(int seed, Random luck)
    {
        var tickets = new List<(RemediationRequest Request, RemediationTicket Ticket)>();
        var before = Attempts();
        var (since, reports, nextReport, lateness) = (_host.Clock.GetElapsedTime(0), 0, 1.0, false);
        _nic.Hang();
        for (var passed = 0.0; passed < 16;)
        {
            var step = luck.Next(1, 5) * 0.25;
            passed += step;
            _host.Clock.Advance(TimeSpan.FromSeconds(step));
            if ((int)passed != (int)(passed - step))
                _nic.Second();
            // A report that was printed before the reset may be read after it.
            var isLate = !_nic.IsHung && reports > 0 && !lateness && _host.Uptime - _nic.Operations[^1].At < 1
                && luck.Next(4) == 0;
            if ((_nic.IsHung || isLate) && passed >= nextReport)
            {
                lateness |= isLate;
                nextReport = passed + 2;
                reports++;
                Report(since);
            }
            foreach (var action in Enumerable.Range(0, luck.Next(5)))
                switch (luck.Next(8))
                {
                    case < 3:
                        _host.RemediationWorker.RunPending();
                        break;
                    // The loop submits a request when the hang is confirmed, and again while there is no new report.
                    case < 6 when reports >= 2:
                        Ask(Request(RemediationTrigger.Local));
                        break;
                    default:
                        // An alert is acted on only if this host has detected the hang as well.
                        if (luck.Next(3) == 0 && Remote[luck.Next(3)] is var remote
                            && (remote != RemediationTrigger.Webhook || reports > 0))
                            Ask(Request(remote, dryRun: luck.Next(6) == 0));
                        break;
                }
            // There may be no request yet although the hang was confirmed long ago.
            if (passed > 8 && reports >= 2)
                Ask(Request(RemediationTrigger.Local));
        }
        for (var second = 0; second < 10 && !tickets.All(asked => asked.Ticket.Outcome.IsCompleted); second++)
        {
            _host.RemediationWorker.RunPending();
            _nic.Second();
            _host.Clock.Advance(TimeSpan.FromSeconds(1));
        }
        try
        {
            Assert.Equal(1, Attempts() - before);
            Assert.False(_nic.IsHung);
            Assert.All(tickets, asked => Assert.True(asked.Ticket.Outcome.IsCompletedSuccessfully));
            foreach (var (request, ticket) in tickets)
                AssertAnswer(request, ticket.Joined, ticket.Outcome.Result);
        }
        catch (Exception exception)
        {
            var states = tickets.Select(ticket => $"{ticket.Request.Trigger} {ticket.Ticket.Outcome.Status}");
            throw new InvalidOperationException(
                $"seed {seed}: {exception.Message} {string.Join("; ", states)}", exception);
        }
        Forget();

        void Ask(RemediationRequest request) => tickets.Add((request, _host.Remediator.Submit(request)));
    }

    private static void AssertAnswer(RemediationRequest request, bool isJoined, RemediationOutcome outcome)
    {
        Assert.NotEmpty(outcome.Explanation);
        if (request.DryRun)
            Assert.Contains(outcome.Verdict, new[] { RemediationVerdict.DryRun, RemediationVerdict.NothingToDo });
        else if (outcome.Verdict == RemediationVerdict.Declined)
            // Too late: it is healed, and a device that passes traffic is left alone.
            Assert.True(outcome.Declined is DeclineReason.Cooldown or DeclineReason.NotHung, $"{outcome.Declined}");
        else if (outcome.Verdict == RemediationVerdict.NothingToDo)
            // Late as well: an alert resets no device that passes traffic, and the stage is in force. A joined request
            // gets the same answer.
            Assert.True(request.Trigger == RemediationTrigger.Webhook || isJoined);
        else
            Assert.Contains(outcome.Verdict, new[] { RemediationVerdict.Healed, RemediationVerdict.Applied });
    }

    // As if a day had passed and everything had been undone.
    private void Forget()
    {
        Assert.Single(_host.Ledger.State.Devices.Values.Single().Charges);
        var undone = _host.Remediator.Submit(new RemediationRequest(_nic.Interface,
            RemediationTrigger.Cli)
        { Rollback = true }).Outcome;
        for (var second = 0; second < 10 && !undone.IsCompleted; second++)
        {
            Settle();
            _host.Clock.Advance(TimeSpan.FromSeconds(1));
        }
        Settle();
        Assert.Equal(RemediationVerdict.Applied, undone.Result.Verdict);
        var cleared = _host.Remediator.ClearQuarantineAsync(_nic.Interface, "test");
        Settle();
        Assert.True(SpinWait.SpinUntil(() => cleared.IsCompleted, TimeSpan.FromSeconds(10)));
        Assert.Null(cleared.Result);
        _host.Clock.Advance(TimeSpan.FromMinutes(2));
        Settle();
    }

    // Everything that was posted until now is done, by whichever thread.
    private void Settle()
    {
        using var done = new ManualResetEventSlim();
        _host.RemediationWorker.Post(done.Set);
        if (!_isThreaded)
            _host.RemediationWorker.RunPending();
        Assert.True(done.Wait(TimeSpan.FromSeconds(30)), "the worker is blocked");
    }

    private void Report(TimeSpan since) =>
        _host.Evidence.Report(_nic.Interface, _bus, _host.Clock.GetElapsedTime(0), since, _nic.TxPackets);

    private RemediationRequest Request(RemediationTrigger trigger, bool dryRun = false) =>
        new(_nic.Interface, trigger) { Recover = true, DryRun = dryRun, Reason = "hang" };

    private long Attempts() => _host.Ledger.State.Devices.Values.Sum(device => device.Counts
        .Where(count => count.Key.StartsWith("attempts/", StringComparison.Ordinal)).Sum(count => count.Value));

    private static ExporterOptions Configure(ExporterOptions options)
    {
        options = LocalLoop.Enforcing(options);
        return options with
        {
            Remediation = options.Remediation with
            {
                Webhook = RemediationMode.Enforce,
                Api = RemediationMode.Enforce,
                VerifyWindow = TimeSpan.FromSeconds(4)
            }
        };
    }
}
