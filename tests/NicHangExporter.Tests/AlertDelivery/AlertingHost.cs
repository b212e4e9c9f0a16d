using System.Net;
using Microsoft.Extensions.Logging;
using Microsoft.Extensions.Time.Testing;
using NicHangExporter.Alerting;
using NicHangExporter.Linux;
using NicHangExporter.Metrics;
using NicHangExporter.Options;
using NicHangExporter.Remediation;
using NicHangExporter.State;
using NicHangExporter.TestSupport;

namespace NicHangExporter.Tests.AlertDelivery;

/// <summary>A host pve1 that pushes alerts, with a fake clock and hangs from the test.</summary>
internal sealed class AlertingHost : IDisposable
{
    private readonly HangSignals _evidence = new();
    private readonly ILoggerFactory _factory;
    private readonly NameLookup _names;
    private StateDirectory _state;

    public AlertingHost(params Uri[] urls)
    {
        System.IO.Directory.CreateDirectory(Directory.File("sys/kernel"));
        File.WriteAllText(Directory.File("sys/kernel/hostname"), "pve1\n");
        Options = new ExporterOptions
        {
            Paths = new()
            {
                Procfs = Directory.Path,
                StateDirectory = System.IO.Directory.CreateDirectory(Directory.File("state")).FullName,
            },
            Alerting = new() { Alertmanagers = urls },
        };
        _factory = LoggerFactory.Create(builder => builder.SetMinimumLevel(LogLevel.Debug).AddProvider(Log));
        _state = Hold();
        _names = new NameLookup(name => Find(name), Clock);
        Store = Read();
        // Hangs of an earlier process are not waited for any more.
        Clock.Advance(Options.Detection.EpisodeGap * 2);
    }

    public TemporaryDirectory Directory { get; } = new();
    public ExporterOptions Options { get; private set; }
    public FakeTimeProvider Clock { get; } = new(new DateTimeOffset(2026, 7, 24, 16, 0, 0, TimeSpan.Zero));
    public RecordingLogger Log { get; } = new();
    public ExporterMetrics Metrics { get; } = new();
    public PendingAlertStore Store { get; private set; }

    /// <summary>The name server; without one from the test, the machine's own.</summary>
    public Func<string, IPAddress[]> Find { get; set; } = Dns.GetHostAddresses;

    public string AlertsFile => Path.Combine(Options.Paths.StateDirectory!, "alerts.json");

    /// <summary>Changes the options of what is made from now on: clients, and the process after a restart.</summary>
    public void Configure(Func<ExporterOptions, ExporterOptions> change) => Options = change(Options);

    /// <summary>Makes these devices hang, and no others.</summary>
    public void Hang(params string[] devices)
    {
        _evidence.Show([.. devices.Select(device => new LiveHang(
            InterfaceName.TryParse(device, out var name) ? name : throw new ArgumentException(device),
            default,
            "e1000e",
            $"20260724T160000Z-{device}",
            Clock.GetUtcNow(),
            "wedge",
            "TDH <c4> TDT <e5>",
            RecoversByItself: false))]);
        Store.Update();
    }

    /// <summary>A client for that Alertmanager.</summary>
    public AlertmanagerClient Client(Uri url)
    {
        var connection = new AlertmanagerConnection(Options, _names, Clock);
        return new AlertmanagerClient(url, Store, connection, connection.Open, Options, Metrics, Clock,
            _factory.CreateLogger<AlertmanagerClient>());
    }

    /// <summary>Posts once. Fails the test after 30 seconds of real time.</summary>
    public static Task StepAsync(AlertmanagerClient client) => client.StepAsync(TestContext.Current.CancellationToken)
        .WaitAsync(TimeSpan.FromSeconds(30), TestContext.Current.CancellationToken);

    /// <summary>Lets time pass and updates the alerts.</summary>
    public void Pass(double seconds)
    {
        Clock.Advance(TimeSpan.FromSeconds(seconds));
        Store.Update();
    }

    /// <summary>Starts the next process, perhaps with other Alertmanagers.</summary>
    public void Restart(params Uri[] urls)
    {
        _state.Dispose();
        if (urls.Length > 0)
            Configure(options => options with { Alerting = options.Alerting with { Alertmanagers = urls } });
        _evidence.Show([]);
        _state = Hold();
        Store = Read();
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
        var store = new PendingAlertStore(Options, _evidence, _state, Metrics, Clock,
            _factory.CreateLogger<PendingAlertStore>());
        store.Open();
        return store;
    }
}
