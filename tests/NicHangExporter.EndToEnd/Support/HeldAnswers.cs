using System.Net;
using System.Net.Sockets;
using System.Text;

namespace NicHangExporter.EndToEnd.Support;

/// <summary>
/// A proxy that makes the exporter a slow receiver. Requests pass immediately; answers are held until the test releases
/// them. So the delay is right on any machine.
/// </summary>
internal sealed class HeldAnswers : IDisposable
{
    private readonly NetworkNamespace _network;
    private readonly Uri _exporter;
    private readonly TcpListener _listener;
    private readonly CancellationTokenSource _end = new();
    private readonly TaskCompletionSource _release = new(TaskCreationOptions.RunContinuationsAsynchronously);
    private readonly StringBuilder _requests = new();
    private readonly Task _accepting;

    public HeldAnswers(NetworkNamespace network, Uri exporter)
    {
        (_network, _exporter) = (network, exporter);
        _listener = network.Inside(() =>
        {
            var listener = new TcpListener(IPAddress.Loopback, 0);
            listener.Start();
            return listener;
        });
        Address = new Uri($"http://{_listener.LocalEndpoint}");
        _accepting = AcceptAsync();
    }

    /// <summary>The address that it listens on.</summary>
    public Uri Address { get; }

    /// <summary>All requests so far.</summary>
    public string Requests
    {
        get
        {
            lock (_requests)
                return _requests.ToString();
        }
    }

    /// <summary>Releases the answers. Later ones pass immediately.</summary>
    public void Release() => _release.TrySetResult();

    /// <inheritdoc/>
    public void Dispose()
    {
        _end.Cancel();
        _listener.Dispose();
        _accepting.Wait(Eventually.Limit);
        _end.Dispose();
    }

    private async Task AcceptAsync()
    {
        var connections = new List<Task>();
        try
        {
            while (true)
                connections.Add(RelayAsync(await _listener.AcceptTcpClientAsync(_end.Token)));
        }
        catch (OperationCanceledException)
        {
            await Task.WhenAll(connections);
        }
    }

    private async Task RelayAsync(TcpClient client)
    {
        using var _ = client;
        using var exporter = _network.Inside(() => new TcpClient(AddressFamily.InterNetwork));
        try
        {
            await exporter.ConnectAsync(_exporter.Host, _exporter.Port, _end.Token);
            await Task.WhenAny(
                PassRequestsAsync(client.GetStream(), exporter.GetStream()),
                PassAnswersAsync(exporter.GetStream(), client.GetStream()));
        }
        catch (Exception exception) when (exception is IOException or SocketException or OperationCanceledException)
        {
            // One side has closed, or the test is over.
        }
    }

    private async Task PassRequestsAsync(NetworkStream from, NetworkStream to)
    {
        var buffer = new byte[16 * 1024];
        int length;
        while ((length = await from.ReadAsync(buffer, _end.Token)) > 0)
        {
            lock (_requests)
                _requests.Append(Encoding.UTF8.GetString(buffer, 0, length));
            await to.WriteAsync(buffer.AsMemory(0, length), _end.Token);
        }
    }

    private async Task PassAnswersAsync(NetworkStream from, NetworkStream to)
    {
        await _release.Task.WaitAsync(_end.Token);
        await from.CopyToAsync(to, _end.Token);
    }
}
