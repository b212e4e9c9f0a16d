using Microsoft.Extensions.Time.Testing;
using NicHangExporter.Hosting;
using NicHangExporter.Linux;
using NicHangExporter.Options;
using NicHangExporter.Remediation;
using NicHangExporter.Remediation.Journaling;

namespace NicHangExporter.Tests.Remediation.Faults;

/// <summary>
/// A host with simulated NICs, driven by requests: no kernel log is read, and hang reports are recorded as detection
/// would. The fake clock advances in steps of a quarter of a second, as the timer of the remediator.
/// </summary>
internal sealed class FaultScene : IDisposable
{
    /// <summary>A disk that takes everything and waits for nothing, for tests that write much.</summary>
    public static readonly JournalFiles FastDisk = new() { Sync = (_, _) => { }, SyncDirectory = _ => { } };

    private readonly List<FixtureHost> _former = [];

    public FaultScene(Func<ExporterOptions, ExporterOptions>? configure = null, JournalFiles? files = null,
        string driver = "e1000e", FakeTimeProvider? clock = null)
    {
        Host = new FixtureHost(options =>
        {
            options = LocalLoop.Enforcing(options);
            options = options with
            {
                Remediation = options.Remediation with
                {
                    Api = RemediationMode.Enforce,
                    Webhook = RemediationMode.Enforce
                }
            };
            return configure?.Invoke(options) ?? options;
        }, journalFiles: files, clock: clock);
        Nic = Add("eno1", "0000:00:1f.6", driver);
    }

    public FixtureHost Host { get; private set; }

    /// <summary>The first NIC, of ifindex 2.</summary>
    public SimulatedNic Nic { get; }

    public string Key => $"{Nic.Bus}|";

    public DeviceRecord Record => Host.Ledger.State.Device(Key);

    /// <summary>What reached the first NIC and changes something.</summary>
    public IEnumerable<string> Operations => Nic.Operations.Select(operation => operation.What);

    public SimulatedNic Add(string name, string bus, string driver = "e1000e")
    {
        var nic = Host.AddSimulatedNic(name, bus, driver);
        nic.IsQuiet = true;
        nic.Reports = false;
        Host.Sysfs.Write(name, "ifindex", $"{Host.Ethtool.Nics.Count + 1}\n");
        return nic;
    }

    public FaultScene Open()
    {
        Host.Open();
        return this;
    }

    /// <summary>It hangs, and has reported that.</summary>
    public void Hang(SimulatedNic? nic = null)
    {
        (nic ?? Nic).Hang();
        RecordReport(nic ?? Nic);
    }

    /// <summary>A hang report, as detection passes it on.</summary>
    public void RecordReport(SimulatedNic nic)
    {
        var now = Host.Clock.GetElapsedTime(0);
        Host.Evidence.Report(nic.Interface, Bus(nic), now, TimeSpan.FromSeconds(nic.HungSince), nic.TxPackets);
    }

    /// <summary>Lets time pass, in quarters of a second; hung NICs report every two seconds.</summary>
    public void Live(double seconds, Action? each = null)
    {
        for (var quarter = 1; quarter <= (int)(seconds * 4); quarter++)
        {
            Host.Clock.Advance(TimeSpan.FromMilliseconds(250));
            if (quarter % 4 == 0)
                foreach (var nic in Host.Ethtool.Nics.ToList())
                {
                    nic.Second();
                    if (nic is { IsHung: true, HasCarrier: true } && (int)Host.Uptime % 2 == 0)
                        RecordReport(nic);
                }
            each?.Invoke();
            Host.RemediationWorker.RunPending();
        }
    }

    /// <summary>Lets hours pass in strides: the remediator ticks, and the devices stand still.</summary>
    public void LiveLong(double hours, double stride = 30, Action? each = null)
    {
        for (var left = hours * 3600; left > 0; left -= stride)
        {
            Host.Clock.Advance(TimeSpan.FromSeconds(Math.Min(stride, left)));
            each?.Invoke();
            Host.RemediationWorker.RunPending();
        }
    }

    public RemediationTicket Submit(RemediationRequest request)
    {
        var ticket = Host.Remediator.Submit(request);
        Host.RemediationWorker.RunPending();
        return ticket;
    }

    /// <summary>Submits a request and lets time pass until there is an answer.</summary>
    public RemediationOutcome Ask(RemediationRequest request, Action? each = null)
    {
        var ticket = Submit(request);
        for (var second = 0; second < 120 && !ticket.Outcome.IsCompleted; second++)
            Live(1, each);
        Assert.True(ticket.Outcome.IsCompleted, "no answer within two minutes");
        return ticket.Answer();
    }

    /// <summary>A request of a person for the first NIC.</summary>
    public RemediationRequest Request(params string[] settings) =>
        new(Nic.Interface, RemediationTrigger.Cli) { Settings = [.. settings], Actor = "root" };

    /// <summary>The request of the local loop.</summary>
    public RemediationRequest LocalRequest(SimulatedNic? nic = null) =>
        new((nic ?? Nic).Interface, RemediationTrigger.Local) { Recover = true, Episode = "e1" };

    public RemediationRequest RollbackRequest() => new(Nic.Interface, RemediationTrigger.Cli) { Rollback = true };

    /// <summary>The process is killed, and another one begins; the machine lives on.</summary>
    public void Restart(Func<ExporterOptions, ExporterOptions>? configure = null)
    {
        var before = Host;
        _former.Add(before);
        Host = before.Restart(save: false, options =>
        {
            options = LocalLoop.Enforcing(options);
            return configure?.Invoke(options) ?? options;
        });
        Host.Open();
    }

    public List<JournalEntry> Journal() =>
        File.Exists(Path.Combine(Host.Options.Paths.StateDirectory!, "journal.jsonl")) ? Host.JournalEntries() : [];

    public List<JournalEntry> Entries(JournalEvent what) => [.. Journal().Where(entry => entry.Event == what)];

    public Task<double?> Metric(string series) => Host.ValueAsync(series);

    public Task<double?> Outcomes(string trigger, string outcome) =>
        Metric("nichang_remediation_outcomes_total"
            + $"{{device=\"{Nic.Name}\",trigger=\"{trigger}\",outcome=\"{outcome}\"}}");

    /// <summary>
    /// What holds after any fault: no unexpected error, every intent has its outcome, none is pending, and no setting
    /// is half-changed: it is requested as at first, or kept off and off, or at least its original is known.
    /// </summary>
    public void AssertSound(string requestedAtFirst)
    {
        Assert.DoesNotContain(Host.Log.Entries, entry => entry.Event == EventIds.RemediationFailed);
        Assert.All(Host.Ledger.State.Devices.Values, record => Assert.Null(record.Pending));
        foreach (var intent in Entries(JournalEvent.Intent))
            Assert.Single(Entries(JournalEvent.Outcome), outcome => outcome.Id == intent.Id);
        var atFirst = requestedAtFirst.Split(' ').ToHashSet();
        foreach (var feature in Nic.Features().All)
            if (feature.Requested != atFirst.Contains(feature.Name))
                Assert.True(Record.Original.ContainsKey(feature.Name), $"nobody knows that {feature.Name} was changed");
        foreach (var name in Record.Desired.Except(["eee", "pause"]))
            Assert.False(Nic.IsRequested(name), $"{name} was decided to be off, and is requested");
    }

    public void Dispose()
    {
        foreach (var (_, level, message) in Host.Log.Entries)
            TestContext.Current.TestOutputHelper?.WriteLine($"{level}: {message}");
        Host.Dispose();
        _former.Reverse();
        _former.ForEach(host => host.Dispose());
    }

    private static BusAddress Bus(SimulatedNic nic) => BusAddress.TryParse(nic.Bus, out var bus) ? bus : default;
}
