using System.Collections;
using System.Globalization;
using System.Net.Sockets;
using System.Text;

namespace NicHangExporter.Hosting;

/// <summary>
/// Tells systemd the state of the daemon by the protocol of sd_notify(3): datagrams to the Unix socket that
/// <c>NOTIFY_SOCKET</c> names. Without this variable nothing is sent. No call blocks: a datagram that does not fit into
/// the socket's queue is sent again by the next <see cref="Beat"/>. Any thread may call.
/// </summary>
internal sealed partial class ServiceManager : IDisposable
{
    private readonly TimeProvider _clock;
    private readonly ILogger<ServiceManager> _logger;
    private readonly Lock _sync = new();
    private readonly List<string> _unsent = [];
    private readonly Socket? _socket;
    private readonly UnixDomainSocketEndPoint? _address;
    private readonly TimeSpan? _beatInterval;
    private long? _lastBeat;
    private bool _isUnreachable;
    private bool _isStopping;

    /// <summary>Reads where systemd listens, and how often it expects a sign of life.</summary>
    /// <param name="environment">
    /// <c>NOTIFY_SOCKET</c>: a path, or an abstract name after <c>@</c>. <c>WATCHDOG_USEC</c>: microseconds after which
    /// systemd kills a silent process. <c>WATCHDOG_PID</c>: the process that this is about, if it is set.
    /// </param>
    /// <param name="clock">The clock.</param>
    /// <param name="logger">The log.</param>
    public ServiceManager(IDictionary environment, TimeProvider clock, ILogger<ServiceManager> logger)
    {
        (_clock, _logger) = (clock, logger);
        if (Text("NOTIFY_SOCKET") is not { } address)
            return;
        try
        {
            _address = address[0] switch
            {
                '/' => new UnixDomainSocketEndPoint(address),
                '@' => new UnixDomainSocketEndPoint("\0" + address[1..]),
                _ => throw new ArgumentException($"NOTIFY_SOCKET is no Unix socket: {address}"),
            };
            _socket = new Socket(AddressFamily.Unix, SocketType.Dgram, ProtocolType.Unspecified) { Blocking = false };
        }
        catch (Exception exception) when (exception is ArgumentException or SocketException)
        {
            LogUnreachable(exception.Message.Split('\n')[0]);
            return;
        }
        var mine = Environment.ProcessId.ToString(CultureInfo.InvariantCulture);
        if ((Text("WATCHDOG_PID") ?? mine) == mine
            && long.TryParse(Text("WATCHDOG_USEC"), NumberStyles.None, CultureInfo.InvariantCulture, out var timeout)
            && timeout is > 0 and < long.MaxValue / TimeSpan.TicksPerMicrosecond)
            _beatInterval = TimeSpan.FromMicroseconds(timeout) / 2;

        string? Text(string name) => environment[name] is string { Length: > 0 } text ? text : null;
    }

    /// <summary>How often <see cref="Beat"/> must be called; null if systemd has no watchdog for this process.</summary>
    public TimeSpan? CallInterval => _beatInterval / 2;

    /// <summary>The daemon does its work. From here on systemd expects beats.</summary>
    public void Ready()
    {
        lock (_sync)
            if (!_isStopping)
                Send("READY=1");
    }

    /// <summary>The daemon ends. Systemd expects no more beats.</summary>
    public void Stopping()
    {
        lock (_sync)
        {
            if (_isStopping)
                return;
            _isStopping = true;
            Send("STOPPING=1");
        }
    }

    /// <summary>
    /// The caller's thread is alive. Sends <c>WATCHDOG=1</c> if half of systemd's timeout has passed since the last
    /// one.
    /// </summary>
    public void Beat()
    {
        lock (_sync)
        {
            var isDue = _beatInterval is { } interval
                && (_lastBeat is not { } last || _clock.GetElapsedTime(last) >= interval);
            if (isDue)
            {
                _lastBeat = _clock.GetTimestamp();
                Send("WATCHDOG=1");
            }
            else if (_unsent.Count > 0)
                Flush();
        }
    }

    /// <inheritdoc/>
    public void Dispose() => _socket?.Dispose();

    private void Send(string line)
    {
        if (_socket is null)
            return;
        if (!_unsent.Contains(line))
            _unsent.Add(line);
        Flush();
    }

    private void Flush()
    {
        try
        {
            _socket!.SendTo(Encoding.UTF8.GetBytes(string.Join('\n', _unsent)), _address!);
            _isUnreachable = false;
            _unsent.Clear();
        }
        catch (SocketException exception) when (
            exception.SocketErrorCode is SocketError.WouldBlock or SocketError.NoBufferSpaceAvailable)
        {
            // Stays in the list.
        }
        catch (SocketException exception)
        {
            // Stays in the list, too: systemd may be starting again.
            if (!_isUnreachable)
                LogUnreachable(exception.Message);
            _isUnreachable = true;
        }
        catch (ObjectDisposedException)
        {
            // The monitor's thread may still run when the process ends.
        }
    }

    [LoggerMessage(EventIds.ServiceManagerUnreachable, LogLevel.Warning,
        "systemd can't be told the state of the program: {Reason}")]
    private partial void LogUnreachable(string reason);
}
