using System.Diagnostics;
using System.Globalization;
using System.Net;
using System.Net.Sockets;
using NicHangExporter.TestSupport;

namespace NicHangExporter.Linux.Tests;

public sealed class PeerCredentialsTests : IDisposable
{
    private const uint Nobody = 65534;

    private static readonly TimeSpan Limit = TimeSpan.FromSeconds(60);

    private readonly TemporaryDirectory _directory = new();
    private readonly Socket _listener = new(AddressFamily.Unix, SocketType.Stream, ProtocolType.Unspecified);

    public PeerCredentialsTests()
    {
        _listener.Bind(new UnixDomainSocketEndPoint(_directory.File("socket")));
        // Another user must reach it.
        const UnixFileMode Everything = (UnixFileMode)0b111_111_111;
        File.SetUnixFileMode(_directory.Path, Everything);
        File.SetUnixFileMode(_directory.File("socket"), Everything);
        _listener.Listen();
    }

    public void Dispose()
    {
        _listener.Dispose();
        _directory.Dispose();
    }

    [Fact]
    public void Read_EitherEndInThisProcess_IsThisProcess()
    {
        using var client = new Socket(AddressFamily.Unix, SocketType.Stream, ProtocolType.Unspecified);
        client.Connect(_listener.LocalEndPoint!);
        using var server = _listener.Accept();

        var self = new PeerCredentials(Environment.ProcessId, Own("Uid:"), Own("Gid:"));
        Assert.Equal(self, PeerCredentials.Read(server));
        Assert.Equal(self, PeerCredentials.Read(client));
    }

    [Fact]
    public void Read_PeerOfAnotherUser_IsThatUserAndItsProcess()
    {
        Requires.Root();
        Requires.Program("setpriv");
        Requires.Program("perl");
        // The peer waits for the end of its input, so it is running while its credentials are read.
        using var peer = Process.Start(new ProcessStartInfo(Requires.Find("setpriv")!,
        [
            "--reuid", $"{Nobody}", "--regid", $"{Nobody}", "--clear-groups", Requires.Find("perl")!, "-MSocket", "-e",
                    "socket($s, PF_UNIX, SOCK_STREAM, 0); connect($s, sockaddr_un($ARGV[0])) or die $!; <STDIN>",
                    _directory.File("socket"),
        ])
        { RedirectStandardInput = true })!;
        Assert.True(_listener.Poll(Limit, SelectMode.SelectRead), "nobody has connected");
        using var server = _listener.Accept();

        Assert.Equal(new PeerCredentials(peer.Id, Nobody, Nobody), PeerCredentials.Read(server));

        peer.StandardInput.Close();
        peer.WaitForExit();
        // The recorded credentials stay available after the process has ended.
        Assert.Equal((peer.Id, Nobody), (PeerCredentials.Read(server).Pid, PeerCredentials.Read(server).Uid));
    }

    [Fact]
    public void Read_SocketWithoutAPeer_IsNobodyWhoExists()
    {
        using var unconnected = new Socket(AddressFamily.Unix, SocketType.Stream, ProtocolType.Unspecified);
        Assert.Equal(uint.MaxValue, PeerCredentials.Read(unconnected).Uid);

        using var tcp = new TcpListener(IPAddress.Loopback, 0);
        tcp.Start();
        using var client = new TcpClient();
        client.Connect((IPEndPoint)tcp.LocalEndpoint);
        Assert.Equal(uint.MaxValue, PeerCredentials.Read(client.Client).Uid);
    }

    [Fact]
    public void Read_ClosedSocketOrNone_IsRefused()
    {
        _listener.Dispose();
        Assert.Throws<ObjectDisposedException>(() => PeerCredentials.Read(_listener));
        Assert.Throws<ArgumentNullException>(() => PeerCredentials.Read(null!));
    }

    // Real, effective, saved, of the file system.
    private static uint Own(string key) => uint.Parse(
            File.ReadLines("/proc/self/status")
                .Single(line => line.StartsWith(key, StringComparison.Ordinal))
                .Split('\t')[2],
            CultureInfo.InvariantCulture);
}
