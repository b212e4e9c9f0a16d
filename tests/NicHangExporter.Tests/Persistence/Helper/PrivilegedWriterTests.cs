using System.Net.Sockets;
using System.Text;
using NicHangExporter.Persistence;
using NicHangExporter.Persistence.Control;
using NicHangExporter.Persistence.Helper;
using NicHangExporter.Tests.Persistence.Control;

namespace NicHangExporter.Tests.Persistence.Helper;

/// <summary>A daemon that is not root: the helper writes for it, and without one it says what is missing.</summary>
public sealed class PrivilegedWriterTests : IDisposable
{
    private readonly HelperConnection _connection = new();
    private readonly PrivilegedWriter _writer;
    private readonly PersistenceRequest _request;

    public PrivilegedWriterTests()
    {
        var root = _connection.Root;
        _writer = new PrivilegedWriter(root, new HelperClient(root, TimeProvider.System), isRoot: false);
        _request = new PersistenceRequest(
            HostNic.Find(root, "eno1"), ["tx-tcp-segmentation"], "mine", PersistenceWay.Hook, null);
    }

    private string SocketPath => Path.Join(_connection.Root.Path, HelperClient.SocketPath);

    public void Dispose() => _connection.Dispose();

    [Fact]
    public async Task Helper_WritesAndRemovesForTheDaemon()
    {
        using var served = await ServeAsync(requests: 2);

        var written = await PersistAsync();
        Assert.True(File.Exists(_connection.File));
        Assert.True(written.Changed);
        Assert.Equal(["tx-tcp-segmentation"], written.Settings);

        var removed = await _writer.UnpersistAsync(_request.Nic.Bus);
        Assert.Equal(IfupdownRoot.File, Assert.Single(removed.Removed));
        Assert.False(File.Exists(_connection.File));
    }

    [Fact]
    public async Task HelperThatRefuses_IsTheSameError()
    {
        using var served = await ServeAsync(requests: 1);
        await File.WriteAllTextAsync(_connection.File, "x", TestContext.Current.CancellationToken);

        var exception = await Assert.ThrowsAsync<PersistenceException>(PersistAsync);

        Assert.Equal(PersistenceError.Conflict, exception.Error);
    }

    [Fact]
    public async Task NoSocket_IsOneLineThatSaysWhatIsMissing()
    {
        var exception = await Assert.ThrowsAsync<PersistenceException>(PersistAsync);

        Assert.Equal(PersistenceError.WriteFailed, exception.Error);
        Assert.Contains("systemctl enable --now nic-hang-exporter-persist.socket", exception.Message,
            StringComparison.Ordinal);
        Assert.DoesNotContain('\n', exception.Message);
    }

    [Fact]
    public async Task SocketOfAProcessThatIsGone_IsAsNone()
    {
        using (Listen())
        {
            File.Move(SocketPath, SocketPath + "x");
        }
        File.Move(SocketPath + "x", SocketPath);

        var exception = await Assert.ThrowsAsync<PersistenceException>(PersistAsync);

        Assert.Contains("nothing listens", exception.Message, StringComparison.Ordinal);
    }

    [Theory]
    [InlineData("{}\n")]
    [InlineData("x\n")]
    [InlineData("{\"path\":\"/etc/x\"}\n")]
    public async Task AnswerThatIsNone_IsAnError(string answer)
    {
        using var listener = Listen();
        var answered = AnswerAsync(listener, answer);

        var exception = await Assert.ThrowsAsync<PersistenceException>(PersistAsync);
        await answered;

        Assert.Equal(PersistenceError.WriteFailed, exception.Error);
        Assert.DoesNotContain('\n', exception.Message);
    }

    // As systemd does above MaxConnections=: it accepts and closes.
    [Fact]
    public async Task ConnectionThatIsTurnedAway_IsTriedAgain()
    {
        using var listener = Listen();
        var served = Task.Run(async () =>
        {
            for (var turned = 0; turned < 2; turned++)
                (await listener.AcceptAsync()).Dispose();
            using var socket = await listener.AcceptAsync();
            await new PersistHelper(_connection.Root, name => _connection.Features(name)).ServeAsync(socket, peer: 0);
        }, TestContext.Current.CancellationToken);

        Assert.True((await PersistAsync()).Changed);

        await served;
    }

    private Task<PersistResult> PersistAsync() =>
        _writer.PersistAsync(PersistencePlanner.Plan(_connection.Root, _request), _request);

    private Socket Listen()
    {
        Directory.CreateDirectory(Path.GetDirectoryName(SocketPath)!);
        var listener = new Socket(AddressFamily.Unix, SocketType.Stream, ProtocolType.Unspecified);
        listener.Bind(new UnixDomainSocketEndPoint(SocketPath));
        listener.Listen();
        return listener;
    }

    // As systemd does with Accept=yes. The listener is returned when it listens.
    private Task<Socket> ServeAsync(int requests)
    {
        var listener = Listen();
        _ = Task.Run(async () =>
        {
            for (var request = 0; request < requests; request++)
            {
                using var socket = await listener.AcceptAsync();
                await new PersistHelper(_connection.Root, name => _connection.Features(name))
                    .ServeAsync(socket, peer: 0);
            }
        });
        return Task.FromResult(listener);
    }

    private static async Task AnswerAsync(Socket listener, string answer)
    {
        using var socket = await listener.AcceptAsync();
        _ = await socket.ReceiveAsync(new byte[1024]);
        await socket.SendAsync(Encoding.UTF8.GetBytes(answer));
    }
}
