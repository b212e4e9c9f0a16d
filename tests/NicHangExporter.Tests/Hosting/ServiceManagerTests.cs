using System.Globalization;
using System.Net.Sockets;
using Microsoft.Extensions.Logging;
using Microsoft.Extensions.Time.Testing;
using NicHangExporter.Hosting;
using NicHangExporter.TestSupport;

namespace NicHangExporter.Tests.Hosting;

public sealed class ServiceManagerTests : IDisposable
{
    private readonly TemporaryDirectory _directory = new();
    private readonly FakeTimeProvider _clock = new();
    private readonly RecordingLogger _log = new();
    private readonly ILoggerFactory _loggers;

    public ServiceManagerTests() => _loggers = LoggerFactory.Create(logging => logging.AddProvider(_log));

    public void Dispose()
    {
        _loggers.Dispose();
        _directory.Dispose();
    }

    [Fact]
    public void Environment_WithoutSocket_MeansSilence()
    {
        using var systemd = New(("WATCHDOG_USEC", "30000000"));

        systemd.Ready();
        systemd.Beat();
        systemd.Stopping();

        Assert.Null(systemd.CallInterval);
        Assert.Empty(_log.Entries);
    }

    [Theory]
    [InlineData(false)]
    [InlineData(true)]
    public void Life_OfAService_IsTold(bool isAbstract)
    {
        using var socket = new NotifySocket(isAbstract ? $"@nichang-{Guid.NewGuid():N}" : _directory.File("notify"));
        using var systemd = New(("NOTIFY_SOCKET", socket.Name));

        systemd.Ready();
        systemd.Beat();
        Assert.Equal(["READY=1"], socket.Take());

        systemd.Stopping();
        systemd.Stopping();
        systemd.Ready();
        Assert.Equal(["STOPPING=1"], socket.Take());
    }

    [Fact]
    public void Beat_IsSentAtHalfOfTheTimeout()
    {
        using var socket = new NotifySocket(_directory.File("notify"));
        using var systemd = New(("NOTIFY_SOCKET", socket.Name), ("WATCHDOG_USEC", "30000000"));
        Assert.Equal(TimeSpan.FromSeconds(7.5), systemd.CallInterval);

        systemd.Beat();
        Assert.Equal(["WATCHDOG=1"], socket.Take());
        for (var second = 1; second < 15; second++)
        {
            _clock.Advance(TimeSpan.FromSeconds(1));
            systemd.Beat();
            Assert.Empty(socket.Take());
        }
        _clock.Advance(TimeSpan.FromSeconds(1));
        systemd.Beat();
        Assert.Equal(["WATCHDOG=1"], socket.Take());
    }

    [Theory]
    [InlineData("WATCHDOG_PID", "1")]
    [InlineData("WATCHDOG_USEC", "0")]
    [InlineData("WATCHDOG_USEC", "-5")]
    [InlineData("WATCHDOG_USEC", "soon")]
    [InlineData("WATCHDOG_USEC", "99999999999999999999")]
    [InlineData("WATCHDOG_USEC", "")]
    public void Watchdog_ThatIsNotForThisProcessOrHasNoTime_GetsNoBeat(string name, string value)
    {
        using var socket = new NotifySocket(_directory.File("notify"));
        using var systemd = New(("NOTIFY_SOCKET", socket.Name), ("WATCHDOG_USEC", "30000000"), (name, value));

        systemd.Beat();

        Assert.Null(systemd.CallInterval);
        Assert.Empty(socket.Take());
    }

    [Fact]
    public void Watchdog_OfThisProcess_GetsBeats()
    {
        using var socket = new NotifySocket(_directory.File("notify"));
        using var systemd = New(
            ("NOTIFY_SOCKET", socket.Name), ("WATCHDOG_USEC", "2000000"),
            ("WATCHDOG_PID", Environment.ProcessId.ToString(CultureInfo.InvariantCulture)));

        systemd.Beat();

        Assert.Equal(["WATCHDOG=1"], socket.Take());
    }

    [Fact]
    public void Queue_ThatIsFull_NeitherBlocksNorLosesTheState()
    {
        using var socket = new NotifySocket(_directory.File("notify"));
        using var systemd = New(("NOTIFY_SOCKET", socket.Name), ("WATCHDOG_USEC", "2000000"));
        Fill(socket.Name);

        systemd.Ready();
        systemd.Beat();
        _clock.Advance(TimeSpan.FromSeconds(1));
        systemd.Beat();
        Assert.All(socket.Take(), text => Assert.Equal("other", text));

        systemd.Beat();
        Assert.Equal(["READY=1,WATCHDOG=1"], socket.Take());
        Assert.Empty(_log.Entries);
    }

    [Fact]
    public void Socket_ThatAppearsLater_GetsTheState_AndTheLogSaysOnceThatItWasMissing()
    {
        using var systemd = New(("NOTIFY_SOCKET", _directory.File("notify")));

        systemd.Ready();
        systemd.Beat();
        systemd.Beat();
        using var socket = new NotifySocket(_directory.File("notify"));
        systemd.Beat();

        Assert.Equal(["READY=1"], socket.Take());
        Assert.Equal(1, _log.Count(EventIds.ServiceManagerUnreachable));
    }

    [Theory]
    [InlineData("vsock:2:1234")]
    [InlineData("relative/path")]
    [InlineData("/a/path/that/is/longer/than/the/kernel/accepts/for/a/socket/a/path/that/is/longer/than/the/kernel/accepts")]
    public void Socket_ThatIsNone_IsLoggedAndEverythingElseWorks(string name)
    {
        using var systemd = New(("NOTIFY_SOCKET", name), ("WATCHDOG_USEC", "2000000"));

        systemd.Ready();
        systemd.Beat();
        systemd.Stopping();

        Assert.Equal(1, _log.Count(EventIds.ServiceManagerUnreachable));
    }

    private static void Fill(string name)
    {
        using var other = new Socket(AddressFamily.Unix, SocketType.Dgram, ProtocolType.Unspecified)
        {
            Blocking = false,
        };
        var isFull = false;
        while (!isFull)
            try
            {
                other.SendTo("other"u8, new UnixDomainSocketEndPoint(name));
            }
            catch (SocketException exception) when (exception.SocketErrorCode == SocketError.WouldBlock)
            {
                isFull = true;
            }
    }

    private ServiceManager New(params (string Name, string Value)[] variables)
    {
        var environment = new Dictionary<string, string>();
        foreach (var (name, value) in variables)
            environment[name] = value;
        return new ServiceManager(environment, _clock, _loggers.CreateLogger<ServiceManager>());
    }
}
