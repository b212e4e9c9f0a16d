using System.Net;
using System.Net.Sockets;
using NicHangExporter.Web;

namespace NicHangExporter.Cli;

/// <summary>
/// HTTP over the socket of the daemon. A request waits as long as the daemon shows that it is alive: after
/// <see cref="ProbeInterval"/> without an answer a second request probes it, which has to be answered within
/// <see cref="ProbeTimeout"/>.
/// </summary>
internal sealed class DaemonConnection : DelegatingHandler
{
    /// <summary>The time without an answer before the daemon is probed.</summary>
    public static readonly TimeSpan ProbeInterval = TimeSpan.FromSeconds(4);

    /// <summary>The time that the daemon has to accept a connection, and to answer a probe.</summary>
    public static readonly TimeSpan ProbeTimeout = TimeSpan.FromSeconds(8);

    /// <summary>The longest answer in bytes: the status of as many devices as are ever watched.</summary>
    private const int MaxAnswer = 16 * 1024 * 1024;

    private static readonly Uri Probe = new(ApiClient.Root, "devices");

    private readonly string _path;
    private readonly TimeProvider _clock;

    /// <param name="path">The path of the socket.</param>
    /// <param name="clock">The time.</param>
    public DaemonConnection(string path, TimeProvider clock)
    {
        (_path, _clock) = (path, clock);
        InnerHandler = new SocketsHttpHandler
        {
            ConnectCallback = (_, cancellation) => ConnectAsync(cancellation),
            AllowAutoRedirect = false,
            AutomaticDecompression = DecompressionMethods.None,
            UseCookies = false,
            UseProxy = false,
            ActivityHeadersPropagator = null,
        };
    }

    /// <exception cref="DaemonException">No answer comes.</exception>
    protected override async Task<HttpResponseMessage> SendAsync(
        HttpRequestMessage request, CancellationToken cancellationToken)
    {
        using var giveUp = CancellationTokenSource.CreateLinkedTokenSource(cancellationToken);
        var answer = ExchangeAsync(request, giveUp.Token);
        while (await Task.WhenAny(answer, Task.Delay(ProbeInterval, _clock, cancellationToken)) != answer)
            if (!await IsAliveAsync(cancellationToken) && !answer.IsCompleted)
            {
                await giveUp.CancelAsync();
                // Observed: it ends with the cancellation.
                await ((Task)answer).ConfigureAwait(ConfigureAwaitOptions.SuppressThrowing);
                throw new DaemonException(DaemonFailure.NotAnswering, "it does not answer");
            }
        return await answer;
    }

    private async Task<bool> IsAliveAsync(CancellationToken cancellation)
    {
        using var end = new CancellationTokenSource(ProbeTimeout, _clock);
        using var either = CancellationTokenSource.CreateLinkedTokenSource(end.Token, cancellation);
        using var request = new HttpRequestMessage(HttpMethod.Get, Probe);
        try
        {
            using var answer = await ExchangeAsync(request, either.Token);
            return true;
        }
        catch (DaemonException exception)
        {
            // A daemon that ends breaks the connection of the first request as well.
            return exception.Failure != DaemonFailure.NotAnswering;
        }
        catch (OperationCanceledException) when (!cancellation.IsCancellationRequested)
        {
            return false;
        }
    }

    // With the whole body: a daemon that stops in the middle of its answer does not answer.
    private async Task<HttpResponseMessage> ExchangeAsync(HttpRequestMessage request, CancellationToken cancellation)
    {
        HttpResponseMessage? answer = null;
        try
        {
            answer = await base.SendAsync(request, cancellation);
            await answer.Content.LoadIntoBufferAsync(MaxAnswer, cancellation);
            return answer;
        }
        catch (HttpRequestException exception)
        {
            answer?.Dispose();
            throw exception.GetBaseException() as DaemonException ?? exception.HttpRequestError switch
            {
                HttpRequestError.InvalidResponse =>
                    new DaemonException(DaemonFailure.NotAnswering, "it answers something that is not HTTP"),
                HttpRequestError.ConfigurationLimitExceeded =>
                    new DaemonException(DaemonFailure.NotAnswering, "its answer is too long"),
                _ => new DaemonException(
                    DaemonFailure.ConnectionLost, "it ended, or broke the connection, before it answered"),
            };
        }
    }

    private async ValueTask<Stream> ConnectAsync(CancellationToken cancellation)
    {
        if (!LocalApiServer.Fits(_path))
            throw new DaemonException(DaemonFailure.NotRunning, $"{_path} is longer than the path of a socket can be");
        var socket = new Socket(AddressFamily.Unix, SocketType.Stream, ProtocolType.Unspecified);
        try
        {
            await socket.ConnectAsync(new UnixDomainSocketEndPoint(_path), cancellation).AsTask()
                .WaitAsync(ProbeTimeout, _clock, cancellation);
            return new NetworkStream(socket, ownsSocket: true);
        }
        catch (SocketException exception)
        {
            socket.Dispose();
            throw new DaemonException(exception.SocketErrorCode switch
            {
                // ENOENT is EADDRNOTAVAIL in the library. ECONNREFUSED: the socket of a daemon that was killed.
                SocketError.AddressNotAvailable or SocketError.ConnectionRefused => DaemonFailure.NotRunning,
                SocketError.AccessDenied => DaemonFailure.PermissionDenied,
                _ => DaemonFailure.NotAnswering,
            }, $"a connection to it fails with {exception.SocketErrorCode}");
        }
        catch (TimeoutException)
        {
            socket.Dispose();
            throw new DaemonException(DaemonFailure.NotAnswering, "it does not accept a connection");
        }
    }
}
