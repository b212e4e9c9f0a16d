using System.Net;
using Microsoft.Extensions.Logging;
using Microsoft.Extensions.Time.Testing;
using NicHangExporter.Alerting;
using NicHangExporter.Hosting;
using NicHangExporter.Linux;
using NicHangExporter.Metrics;
using NicHangExporter.Options;
using NicHangExporter.Remediation;
using NicHangExporter.TestSupport;

namespace NicHangExporter.Tests.AlertDelivery;

/// <summary>A host called pve1 that pushes, under a fake clock: the hangs are what the test says.</summary>
internal sealed class PushHost : IDisposable
{
    private readonly HangSignals _evidence = new();
    private readonly ILoggerFactory _factory;
    private readonly NameLookup _names;
    private StateDirectory _state;

    public PushHost(params Uri[] urls)
    {
        System.IO.Directory.CreateDirectory(Directory.File("sys/kernel"));
        File.WriteAllText(Directory.File("sys/kernel/hostname"), "pve1\n");
        Options = new ExporterOptions { Paths = new() { Procfs = Directory.Path, StateDirectory = System.IO.Directory.CreateDirectory(Directory.File("state")).FullName }, Alerting = new() { Alertmanagers = urls } };
        _factory = LoggerFactory.Create(builder => builder.SetMinimumLevel(LogLevel.Debug).AddProvider(Log));
        _state = Hold();
        _names = new NameLookup(name => Find(name), Clock);
        Book = Read();
        // Of earlier processes nothing is to be waited for.
        Clock.Advance(Options.Detection.EpisodeGap * 2);
    }

    public TemporaryDirectory Directory { get; } = new();
    public ExporterOptions Options { get; private set; }
    public FakeTimeProvider Clock { get; } = new(new DateTimeOffset(2026, 7, 24, 16, 0, 0, TimeSpan.Zero));
    public RecordingLogger Log { get; } = new();
    public ExporterMetrics Metrics { get; } = new();
    public PendingAlertStore Book { get; private set; }

    /// <summary>The name server: the machine's own, if a test has none.</summary>
    public Func<string, IPAddress[]> Find { get; set; } = Dns.GetHostAddresses;

    public string BookFile => Path.Combine(Options.Paths.StateDirectory!, "alerts.json");

    /// <summary>Changes the options of what is made from now on: pushes, and the process after a restart.</summary>
    public void Configure(Func<ExporterOptions, ExporterOptions> change) => Options = change(Options);

    /// <summary>These devices hang now.</summary>
    public void Hang(params string[] devices)
    {
        _evidence.Show([.. devices.Select(device => new LiveHang(InterfaceName.TryParse(device, out var name) ? name : throw new ArgumentException(device), default, "e1000e",
            $"20260724T160000Z-{device}", Clock.GetUtcNow(), "wedge", "TDH <c4> TDT <e5>", RecoversByItself: false))]);
        Book.Look();
    }

    /// <summary>One that pushes to that Alertmanager.</summary>
    public AlertmanagerClient Push(Uri url)
    {
        var connection = new PushConnection(Options, _names, Clock);
        return new AlertmanagerClient(url, Book, connection, connection.Open, Options, Metrics, Clock, _factory.CreateLogger<AlertmanagerClient>());
    }

    /// <summary>Pushes once, and fails the test where that takes longer than anybody waits.</summary>
    public static Task StepAsync(AlertmanagerClient push) => push.StepAsync(TestContext.Current.CancellationToken).WaitAsync(TimeSpan.FromSeconds(30), TestContext.Current.CancellationToken);

    /// <summary>Time passes, and the hangs are looked at.</summary>
    public void Pass(double seconds)
    {
        Clock.Advance(TimeSpan.FromSeconds(seconds));
        Book.Look();
    }

    /// <summary>The next process, perhaps with another configuration.</summary>
    public void Restart(params Uri[] urls)
    {
        _state.Dispose();
        if (urls.Length > 0)
            Configure(options => options with { Alerting = options.Alerting with { Alertmanagers = urls } });
        _evidence.Show([]);
        _state = Hold();
        Book = Read();
    }

    public double Sent(Uri url) => Metrics.AlertsSent.WithLabels(url.ToString()).Value;

    public double Failures(Uri url) => Metrics.AlertSendFailures.WithLabels(url.ToString()).Value;

    public void Dispose()
    {
        _names.Dispose();
        _state.Dispose();
        _factory.Dispose();
        Directory.Dispose();
    }

    private StateDirectory Hold()
    {
        var state = new StateDirectory(Options);
        Assert.True(state.TryTake());
        return state;
    }

    private PendingAlertStore Read()
    {
        var book = new PendingAlertStore(Options, _evidence, _state, Metrics, Clock, _factory.CreateLogger<PendingAlertStore>());
        book.Open();
        return book;
    }
}
