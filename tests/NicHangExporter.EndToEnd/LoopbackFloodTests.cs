using System.Net;
using System.Net.Sockets;
using System.Text;

namespace NicHangExporter.EndToEnd;

/// <summary>
/// A user of this host, who can use all source addresses of 127.0.0.0/8, connects to a listener on loopback repeatedly.
/// </summary>
public sealed class LoopbackFloodTests
{
    private const int Wanted = 96;
    private const int Checks = 20;

    public static TheoryData<string> Requests =>
        ["", "G", "GET /metrics HTTP/1.1\r\nHost: localhost\r\n", "GET /metrics HTTP/1.1\r\nHost: localhost\r\n\r\n"];

    [Theory]
    [MemberData(nameof(Requests))]
    public async Task OtherClients_AreAnsweredEachTime_AndTheLogHasAFewLines(string sent)
    {
        using var exporter = await ExporterProcess.StartAsync();
        var before = exporter.Log.Count;
        using var stop = new CancellationTokenSource();
        var flood = Task.Run(() => FloodAsync(exporter.BaseAddress.Port, Encoding.ASCII.GetBytes(sent), stop.Token));

        var answers = new List<string>();
        for (var check = 0; check < Checks; check++)
        {
            answers.Add(await AnswerAsync(exporter, check % 4 == 3 ? "/metrics" : "/-/healthy"));
            await Task.Delay(100, TestContext.Current.CancellationToken);
        }
        await stop.CancelAsync();
        Assert.InRange(await flood, Wanted, int.MaxValue);

        Assert.Equal(Enumerable.Repeat("200", Checks), answers);
        Assert.InRange(exporter.Log.Count - before, 0, 5);
    }

    // Keeps a number of connections open, and opens another for each that is closed. Returns the number of opened
    // connections.
    private static async Task<int> FloodAsync(int port, byte[] sent, CancellationToken stop)
    {
        var (sockets, opened) = (new List<Socket>(), 0);
        try
        {
            while (!stop.IsCancellationRequested)
            {
                sockets.RemoveAll(socket =>
                {
                    var isClosed = IsClosed(socket);
                    if (isClosed)
                        socket.Dispose();
                    return isClosed;
                });
                while (sockets.Count < Wanted && !stop.IsCancellationRequested)
                {
                    var socket = new Socket(AddressFamily.InterNetwork, SocketType.Stream, ProtocolType.Tcp);
                    sockets.Add(socket);
                    try
                    {
                        socket.Bind(new IPEndPoint(IPAddress.Parse($"127.0.1.{1 + opened++ % 16}"), 0));
                        await socket.ConnectAsync(IPAddress.Loopback, port, stop);
                        await socket.SendAsync(sent, stop);
                    }
                    catch (SocketException)
                    {
                        break;
                    }
                }
                await Task.Delay(2, stop);
            }
        }
        catch (OperationCanceledException)
        {
            // The test is over.
        }
        sockets.ForEach(socket => socket.Dispose());
        return opened;
    }

    // The answer is not read.
    private static bool IsClosed(Socket socket)
    {
        try
        {
            return !socket.Connected || socket.Poll(0, SelectMode.SelectRead) && socket.Available == 0;
        }
        catch (SocketException)
        {
            return true;
        }
    }

    private static async Task<string> AnswerAsync(ExporterProcess exporter, string path)
    {
        try
        {
            using var client = new HttpClient { BaseAddress = exporter.BaseAddress };
            using var answer =
                await client.GetAsync(new Uri(path, UriKind.Relative), TestContext.Current.CancellationToken);
            return ((int)answer.StatusCode).ToString(System.Globalization.CultureInfo.InvariantCulture);
        }
        catch (HttpRequestException exception)
        {
            return exception.Message;
        }
    }
}
