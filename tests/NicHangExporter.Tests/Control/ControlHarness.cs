using System.Net.Sockets;
using System.Text;
using Microsoft.Extensions.Logging;
using Microsoft.Extensions.Time.Testing;
using NicHangExporter.Control;
using NicHangExporter.TestSupport;

namespace NicHangExporter.Tests.Control;

/// <summary>A server at a real socket, with a handler, a peer and a clock of the test's.</summary>
internal sealed class ControlHarness : IDisposable
{
    public const string Good = """{"command":"status","version":1}""";

    private static readonly TimeSpan Limit = TimeSpan.FromSeconds(30);

    private readonly TemporaryDirectory _directory = new();
    private readonly ILoggerFactory _factory;

    public ControlHarness()
    {
        _factory = LoggerFactory.Create(builder => builder.AddProvider(Log));
        Server = Make(_directory.Path);
    }

    public FakeTimeProvider Clock { get; } = new();
    public RecordingLogger Log { get; } = new();
    public ControlServer Server { get; }
    public string Directory => _directory.Path;
    public string Path => ControlPath.In(Directory);
    public ControlHandler Handler { get; set; } = (request, actor, _) => Task.FromResult(new ControlAnswer { Done = $"{request.Command} for {actor}" });
    public Func<Socket, uint> Peer { get; set; } = _ => 0;

    public ControlServer Make(string directory) =>
        new(directory, (request, actor, ending) => Handler(request, actor, ending), socket => Peer(socket), Clock, _factory.CreateLogger<ControlServer>());

    public static ControlHarness Started()
    {
        var harness = new ControlHarness();
        Assert.True(harness.Server.TryStart());
        return harness;
    }

    public Socket Connect()
    {
        var socket = new Socket(AddressFamily.Unix, SocketType.Stream, ProtocolType.Unspecified) { ReceiveTimeout = (int)Limit.TotalMilliseconds };
        socket.Connect(new UnixDomainSocketEndPoint(Path));
        return socket;
    }

    /// <summary>Sends bytes and returns everything that is answered until the server closes.</summary>
    public string Exchange(ReadOnlySpan<byte> bytes, bool end = true)
    {
        using var socket = Connect();
        Send(socket, bytes);
        if (end)
            TryShutdown(socket);
        return ReadToEnd(socket);
    }

    public string Exchange(string line) => Exchange(Encoding.UTF8.GetBytes(line + "\n"), end: false);

    public static void Send(Socket socket, ReadOnlySpan<byte> bytes)
    {
        try
        {
            while (!bytes.IsEmpty)
                bytes = bytes[socket.Send(bytes)..];
        }
        catch (SocketException)
        {
            // Refused before it had read everything; the answer tells.
        }
    }

    public static void Send(Socket socket, string line) => Send(socket, Encoding.UTF8.GetBytes(line + "\n"));

    public static string ReadToEnd(Socket socket)
    {
        var all = new List<byte>();
        var buffer = new byte[4096];
        try
        {
            for (int read; (read = socket.Receive(buffer)) > 0;)
                all.AddRange(buffer[..read]);
        }
        catch (SocketException exception) when (exception.SocketErrorCode == SocketError.ConnectionReset)
        {
            // It closed with some of what we have sent unread.
        }
        return Encoding.UTF8.GetString(all.ToArray());
    }

    public static string ReadLine(Socket socket)
    {
        var line = new List<byte>();
        var octet = new byte[1];
        while (socket.Receive(octet) == 1 && octet[0] != '\n')
            line.Add(octet[0]);
        return Encoding.UTF8.GetString(line.ToArray());
    }

    /// <summary>Tries until something holds: for what another thread does in its own time.</summary>
    public static void Until(Func<bool> condition, string what) => Assert.True(SpinWait.SpinUntil(condition, Limit), what);

    public void Dispose()
    {
        Server.Dispose();
        _factory.Dispose();
        _directory.Dispose();
    }

    private static void TryShutdown(Socket socket)
    {
        try
        {
            socket.Shutdown(SocketShutdown.Send);
        }
        catch (SocketException)
        {
            // It was refused already.
        }
    }
}
