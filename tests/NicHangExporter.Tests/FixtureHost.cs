using System.Text;
using Microsoft.Extensions.Time.Testing;
using NicHangExporter.Metrics;
using NicHangExporter.Options;
using NicHangExporter.Remediation;
using NicHangExporter.Remediation.Evidence;
using NicHangExporter.Remediation.Journaling;
using NicHangExporter.State;
using NicHangExporter.TestSupport;

namespace NicHangExporter.Tests;

/// <summary>
/// The components of the exporter over a directory for sysfs, a file for the kernel log, a fake ethtool and a fake
/// clock, driven step by step on the thread of the test. A second one over the same directories is the exporter after a
/// restart.
/// </summary>
internal sealed partial class FixtureHost : IDisposable
{
    private readonly CancellationTokenSource _stop = new();
    private readonly bool _ownsDirectories;
    private readonly PacketPipe? _pipe;
    private readonly Lazy<Components> _components;
    private bool _started;

    public FixtureHost(
        Func<ExporterOptions, ExporterOptions>? configure = null, FixtureHost? before = null,
        JournalFiles? journalFiles = null, bool live = false, FakeTimeProvider? clock = null,
        Action<string, EpisodeBundle>? writeBundle = null, FakeSyslog? syslog = null)
    {
        Syslog = before?.Syslog ?? syslog;
        _ownsDirectories = before is null;
        Directory = before?.Directory ?? new TemporaryDirectory();
        Sysfs = before?.Sysfs ?? new SysfsTree();
        Clock = before?.Clock ?? clock ?? new FakeTimeProvider(Beginning);
        Options = new ExporterOptions
        {
            Paths =
            new()
            {
                Sysfs = Sysfs.Root,
                Procfs = Directory.Path,
                Kmsg = Directory.File("kmsg"),
                Rootfs = Directory.File("root"),
            },
        };
        _pipe = before?._pipe;
        if (before is null)
        {
            System.IO.Directory.CreateDirectory(Directory.File("sys/kernel/random"));
            BootId = "11111111-2222-3333-4444-555555555555";
            // A pipe, as the device, wakes its reader immediately; a file keeps what was written, as the ring does.
            if (live)
                _pipe = PacketPipe.Named(Options.Paths.Kmsg);
            else
                File.WriteAllText(Options.Paths.Kmsg, "");
            System.IO.Directory.CreateDirectory(Directory.File("self"));
            File.WriteAllText(Directory.File("self/status"), "Name:\tnic-hang-exporter\nCapEff:\t000001ffffffffff\n");
            // FakeTimeProvider counts from its start: boot was an hour before the test.
            Clock.Advance(TimeSpan.FromHours(1));
        }
        if (configure is not null)
            Options = configure(Options);
        Log = new RecordingLogger();
        Metrics = new ExporterMetrics();
        Ethtool = new FakeEthtool { Nics = before?.Ethtool.Nics ?? [] };
        foreach (var nic in Ethtool.Nics)
            nic.Host = this;
        _components = new Lazy<Components>(() => new Components(this, journalFiles, writeBundle));
    }

    /// <summary>An hour before the test, by the wall clock.</summary>
    public static DateTimeOffset Beginning { get; } = new(2026, 7, 24, 15, 0, 0, TimeSpan.Zero);

    /// <summary>The log by syslog(2), for a host whose /dev/kmsg can't be opened; null without it.</summary>
    public FakeSyslog? Syslog { get; }

    public TemporaryDirectory Directory { get; }
    public SysfsTree Sysfs { get; }
    public FakeTimeProvider Clock { get; }
    public ExporterOptions Options { get; private set; }
    public FakeEthtool Ethtool { get; }
    public HangSignals Evidence { get; } = new();
    public RecordingLogger Log { get; }
    public ExporterMetrics Metrics { get; }

    public string BootId { set => File.WriteAllText(Directory.File("sys/kernel/random/boot_id"), value + "\n"); }

    /// <summary>Seconds since boot, as the kernel log has them.</summary>
    public double Uptime => Clock.GetElapsedTime(0).TotalSeconds;

    /// <summary>Changes the options, before a component is used for the first time.</summary>
    public void Configure(Func<ExporterOptions, ExporterOptions> change)
    {
        Assert.False(
            _components.IsValueCreated, "a component has read the options already: restart the host with other ones");
        Options = change(Options);
    }

    /// <summary>A NIC with everything that the monitor reads.</summary>
    public void AddNic(string name = "eno1", string parent = "pci0000:00/0000:00:1f.6", string driver = "e1000e")
    {
        Sysfs.Add(Encoding.UTF8.GetBytes(name), parent, "pci", driver);
        foreach (var row in KernelMetrics.Files)
            Sysfs.Write(name, row.File, "0\n");
        Sysfs.Write(name, "ifindex", "2\n");
        Sysfs.Write(name, "operstate", "up\n");
        Sysfs.Write(name, "queues/tx-0/tx_timeout", "0\n");
        Sysfs.Write(name, "queues/tx-0/byte_queue_limits/inflight", "0\n");
    }

    /// <summary>Makes a NIC that was added a virtual function of SR-IOV.</summary>
    public void MakeVirtualFunction(string name) =>
        SysfsTree.Link(
            "../0000:3b:00.0", default, Path.Combine(Sysfs.Root, "class/net", name, "device/physfn"), default);

    /// <summary>The number of the next record of the kernel log.</summary>
    public ulong NextSequence() => (Watcher.Position ?? 0) + 1;

    /// <summary>A simulated NIC that answers for itself.</summary>
    public SimulatedNic AddSimulatedNic(string name = "eno1", string bus = "0000:00:1f.6", string driver = "e1000e")
    {
        var nic = new SimulatedNic(this, name, bus, driver);
        Ethtool.Nics.Add(nic);
        return nic;
    }

    /// <summary>Starts the remediator, as the daemon does before it watches.</summary>
    public void Open()
    {
        StateDirectory.TryTake();
        Remediator.Start();
        RemediationWorker.RunPending();
    }

    /// <summary>
    /// Lets time pass for everything: devices live, the monitor samples each second, the remediator ticks each quarter
    /// of a second.
    /// </summary>
    public void Live(double seconds, Action? each = null)
    {
        for (var quarter = 1; quarter <= (int)(seconds * 4); quarter++)
        {
            Clock.Advance(TimeSpan.FromMilliseconds(250));
            if (quarter % 4 == 0)
            {
                foreach (var nic in Ethtool.Nics)
                    nic.Second();
                each?.Invoke();
                Monitor.Sample();
                Actions.Step();
            }
            RemediationWorker.RunPending();
        }
    }

    /// <summary>The same for hours, in strides of ten seconds.</summary>
    public void LiveLong(double hours)
    {
        for (var stride = 0; stride < (int)(hours * 360); stride++)
        {
            Clock.Advance(TimeSpan.FromSeconds(10));
            foreach (var nic in Ethtool.Nics)
                nic.Second();
            Monitor.Sample();
            Actions.Step();
            RemediationWorker.RunPending();
        }
    }

    /// <summary>Submits a request and lets time pass until there is an answer.</summary>
    public RemediationOutcome Ask(RemediationRequest request)
    {
        var ticket = Remediator.Submit(request);
        RemediationWorker.RunPending();
        for (var second = 0; second < 120 && !ticket.Outcome.IsCompleted; second++)
            Live(1);
        Assert.True(ticket.Outcome.IsCompleted, "no answer within two minutes");
        return ticket.Outcome.Result;
    }

    /// <summary>The journal, line by line, the newest file only.</summary>
    public List<JournalEntry> JournalEntries() =>
        [.. File.ReadLines(Path.Combine(Options.Paths.StateDirectory!, "journal.jsonl"))
            .Select(line => System.Text.Json.JsonSerializer.Deserialize(line, JournalJson.Default.JournalEntry)!)];

    /// <summary>Starts the monitor and lets it read everything that is in the log.</summary>
    public void Start()
    {
        _started = true;
        Monitor.Begin(_stop.Token);
        Assert.True(Watcher.CaughtUp.Wait(TimeSpan.FromSeconds(30)), "the kernel log was not read to its end");
        Monitor.TakeEvents();
        Monitor.EndHistory();
    }

    /// <summary>
    /// Writes records into the log and waits until they are read. A text without a header gets one of the kernel's.
    /// </summary>
    public void Print(
        ulong sequence, string text, int priority = 3,
        string? dictionary = " SUBSYSTEM=pci\n DEVICE=+pci:0000:00:1f.6\n", double? at = null)
    {
        Append(sequence, text, priority, dictionary, at);
        Assert.True(SpinWait.SpinUntil(() => Watcher.Position == sequence, TimeSpan.FromSeconds(30)),
            $"record {sequence} was not read");
        Monitor.TakeEvents();
    }

    /// <summary>Writes a record without waiting.</summary>
    public void Append(
        ulong sequence, string text, int priority = 3,
        string? dictionary = " SUBSYSTEM=pci\n DEVICE=+pci:0000:00:1f.6\n", double? at = null)
    {
        var record = $"{priority},{sequence},{(long)((at ?? Uptime) * 1e6)},-;{text}\n{dictionary}";
        if (_pipe is not null)
            // An empty line is no record, and shows immediately that no line of the dictionary follows.
            _pipe.Write(Encoding.UTF8.GetBytes(record + "\n"));
        else
            File.AppendAllText(Options.Paths.Kmsg, record);
    }

    /// <summary>Lets time pass and the monitor look once a second.</summary>
    public void Pass(int seconds, Action<int>? each = null)
    {
        for (var second = 1; second <= seconds; second++)
        {
            Clock.Advance(TimeSpan.FromSeconds(1));
            each?.Invoke(second);
            Monitor.Sample();
        }
    }

    /// <summary>The value of a series; null if it does not exist.</summary>
    public async Task<double?> ValueAsync(string series)
    {
        foreach (var line in (await ScrapeAsync()).Split('\n'))
            if (line.StartsWith(series + " ", StringComparison.Ordinal))
                return double.Parse(line[(series.Length + 1)..], System.Globalization.CultureInfo.InvariantCulture);
        return null;
    }

    /// <summary>The whole exposition, in new buffers.</summary>
    public Task<string> ScrapeAsync() => Task.FromResult(Scrape(ExpositionFormat.Text));

    /// <summary>The whole exposition in a format, in new buffers.</summary>
    public string Scrape(ExpositionFormat format)
    {
        var body = new ExpositionBody();
        Source.Render(body, format);
        return Encoding.UTF8.GetString([.. body.Pieces.SelectMany(piece => piece.ToArray())]);
    }

    /// <summary>Saves, as the loop does, and ends as a process that is killed: nothing more is written.</summary>
    public FixtureHost Restart(
        bool save = true, Func<ExporterOptions, ExporterOptions>? configure = null, JournalFiles? journalFiles = null)
    {
        if (save)
            Store.Save(Monitor.State());
        _stop.Cancel();
        // What one process reads of a pipe the next does not see.
        if (_pipe is not null && _started)
            Assert.True(SpinWait.SpinUntil(
                () => !Watcher.Events.TryRead(out _) && Watcher.Events.IsCompleted, TimeSpan.FromSeconds(30)),
                    "the reader of the kernel log did not end");
        Remediator.Dispose();
        Journal.Dispose();
        StateDirectory.Dispose();
        return new FixtureHost(configure, this, journalFiles);
    }

    public void Dispose()
    {
        _stop.Cancel();
        if (_components.IsValueCreated)
        {
            PersistenceMetrics.Dispose();
            Persister.Dispose();
            Remediator.Dispose();
            Journal.Dispose();
            Ethtool.Rtnl.Set();
            StateDirectory.Dispose();
            Poller.Dispose();
            Monitor.Dispose();
        }
        _stop.Dispose();
        if (!_ownsDirectories)
            return;
        _pipe?.Dispose();
        Sysfs.Dispose();
        Directory.Dispose();
    }
}
