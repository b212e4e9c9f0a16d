using Microsoft.Extensions.Logging;
using NicHangExporter.Hosting;
using NicHangExporter.Persistence;
using NicHangExporter.Persistence.Control;
using NicHangExporter.Remediation;
using NicHangExporter.Tests.Remediation;

namespace NicHangExporter.Tests.Persistence.Control;

/// <summary>The series about persistence files.</summary>
public sealed class PersistenceMetricsTests : IDisposable
{
    private const string Persisted = "nichang_persisted{device=\"eno1\",manager=\"ifupdown\"}";
    private const string Matches = "nichang_persisted_matches{device=\"eno1\"}";

    private readonly FixtureHost _host = new(LocalLoop.Enforcing);
    private readonly SimulatedNic _nic;
    private readonly string _root;
    private PersistenceMetrics? _metrics;

    public PersistenceMetricsTests()
    {
        _nic = _host.AddSimulatedNic();
        _root = IfupdownRoot.Make(_host.Options.Paths.Rootfs);
        _host.Open();
    }

    public void Dispose() => _host.Dispose();

    [Fact]
    public async Task Device_WithoutFileAndDecision_HasNoSeries()
    {
        Assert.Equal((null, null), await ReadAsync());

        await _host.Persister.PersistAsync(new PersistOrder("eno1") { Profile = "eee" });
        // Nothing was decided, so nothing is missing in the file.
        Assert.Equal((1, 1), await ReadAsync());

        await _host.Persister.UnpersistAsync("eno1");
        Assert.Equal((null, null), await ReadAsync());
    }

    [Fact]
    public async Task DecidedSettings_AreZeroUntilTheyAreInAFile_AndAgainAfterAnEdit()
    {
        _host.Ask(new RemediationRequest(_nic.Interface, RemediationTrigger.Cli) { Settings = ["gso"] });
        Assert.Equal((0, 0), await ReadAsync());

        await _host.Persister.PersistAsync(new PersistOrder("eno1"));
        Assert.Equal((1, 1), await ReadAsync());

        await _host.Persister.PersistAsync(new PersistOrder("eno1") { Profile = "classic" });
        Assert.Equal((1, 1), await ReadAsync());

        await _host.Persister.PersistAsync(new PersistOrder("eno1") { Profile = "eee" });
        Assert.Equal((1, 0), await ReadAsync());

        await File.AppendAllTextAsync(
            _root + IfupdownRoot.File, "# mine\n", TestContext.Current.CancellationToken);
        Assert.Equal((0, 0), await ReadAsync());
    }

    [Fact]
    public async Task Manager_ThatChanges_HasOneSeries()
    {
        await _host.Persister.PersistAsync(new PersistOrder("eno1") { Profile = "eee" });
        await ReadAsync();
        File.Delete(_root + "/sbin/ifup");
        _host.PersistenceMetrics.Read();

        Assert.Null(await _host.ValueAsync(Persisted));
        Assert.Equal(0, await _host.ValueAsync("nichang_persisted{device=\"eno1\",manager=\"none\"}"));
        Assert.Equal(0, await _host.ValueAsync(Matches));
    }

    [Fact]
    public async Task FolderThatCantBeRead_TakesTheSeriesAway_AndIsLoggedOnce()
    {
        await _host.Persister.PersistAsync(new PersistOrder("eno1") { Profile = "eee" });
        Assert.Equal((1, 1), await ReadAsync());
        var folder = Path.Combine(_host.Sysfs.Root, "class/net");
        Directory.Move(folder, folder + ".away");

        Assert.Equal((null, null), await ReadAsync());
        Assert.Equal((null, null), await ReadAsync());
        Assert.Equal(1, _host.Log.Count(EventIds.PersistUnreadable));

        Directory.Move(folder + ".away", folder);
        Assert.Equal((1, 1), await ReadAsync());
        Assert.Equal(1, _host.Log.Count(EventIds.PersistReadable));
    }

    [Fact]
    public async Task Series_FollowAChangeAtTheNextTickOfTheClock()
    {
        _host.PersistenceMetrics.Start();
        await _host.Persister.PersistAsync(new PersistOrder("eno1") { Profile = "eee" });

        _host.Clock.Advance(TimeSpan.FromMilliseconds(1));

        Assert.Equal(1, await _host.ValueAsync(Persisted));
    }

    [Fact]
    public async Task Files_AreReadAgainAfterAScrape_AtMostOnceAMinute()
    {
        await _host.Persister.PersistAsync(new PersistOrder("eno1") { Profile = "eee" });
        Assert.Equal((1, 1), await ReadAsync());
        _host.PersistenceMetrics.Start();
        _host.Clock.Advance(TimeSpan.FromMilliseconds(1));
        await File.AppendAllTextAsync(_root + IfupdownRoot.File, "# mine\n", TestContext.Current.CancellationToken);

        _host.Clock.Advance(TimeSpan.FromSeconds(59));
        Assert.Equal(1, await _host.ValueAsync(Persisted));
        _host.Clock.Advance(TimeSpan.FromSeconds(1));
        // The fake clock runs it immediately: in the daemon the next scrape shows it.
        Assert.Equal(0, await _host.ValueAsync(Persisted));
    }

    [Fact]
    public async Task Change_WhileTheFilesAreRead_IsReadAfterThat()
    {
        await _host.Persister.PersistAsync(new PersistOrder("eno1") { Profile = "eee" });
        var folder = Path.Combine(_host.Sysfs.Root, "class/net");
        Directory.Move(folder, folder + ".away");
        using var loggers = LoggerFactory.Create(builder => builder.AddProvider(new Hook(() =>
        {
            Directory.Move(folder + ".away", folder);
            // Another thread, which finds that the first one reads.
            var other = new Thread(_metrics!.Read);
            other.Start();
            other.Join();
        })));
        _metrics = new PersistenceMetrics(
            HostRoot.From(_host.Options.Paths), _host.Remediator, _host.Persister, _host.Metrics, _host.Clock,
            loggers.CreateLogger<PersistenceMetrics>());

        _metrics.Read();

        Assert.Equal(1, await _host.ValueAsync(Persisted));
    }

    private async Task<(double?, double?)> ReadAsync()
    {
        _host.PersistenceMetrics.Read();
        return (await _host.ValueAsync(Persisted), await _host.ValueAsync(Matches));
    }

    // Runs an action at the first log message, in the middle of a reading.
    private sealed class Hook(Action action) : ILoggerProvider, ILogger
    {
        private bool _hasRun;

        public ILogger CreateLogger(string categoryName) => this;

        public IDisposable? BeginScope<TState>(TState state)
            where TState : notnull => null;

        public bool IsEnabled(LogLevel logLevel) => true;

        public void Log<TState>(
            LogLevel logLevel, EventId eventId, TState state, Exception? exception,
            Func<TState, Exception?, string> formatter)
        {
            if (_hasRun)
                return;
            _hasRun = true;
            action();
        }

        public void Dispose()
        {
        }
    }
}
