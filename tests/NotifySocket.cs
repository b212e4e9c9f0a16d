using System.Net.Sockets;
using System.Text;

namespace NicHangExporter.TestSupport;

/// <summary>The socket on which systemd waits for the state of a service (sd_notify(3)).</summary>
internal sealed class NotifySocket : IDisposable
{
    private readonly Socket _socket = new(AddressFamily.Unix, SocketType.Dgram, ProtocolType.Unspecified);

    /// <summary>Binds it.</summary>
    /// <param name="name">A path, or an abstract name after <c>@</c>.</param>
    public NotifySocket(string name)
    {
        Name = name;
        _socket.Bind(new UnixDomainSocketEndPoint(name[0] == '@' ? "\0" + name[1..] : name));
    }

    /// <summary>For <c>NOTIFY_SOCKET</c>.</summary>
    public string Name { get; }

    /// <summary>The datagrams that wait, each with its lines separated by commas.</summary>
    public IReadOnlyList<string> Take()
    {
        var taken = new List<string>();
        var buffer = new byte[4096];
        while (_socket.Poll(0, SelectMode.SelectRead))
            taken.Add(Encoding.UTF8.GetString(buffer, 0, _socket.Receive(buffer)).Replace('\n', ','));
        return taken;
    }

    /// <inheritdoc/>
    public void Dispose() => _socket.Dispose();
}
