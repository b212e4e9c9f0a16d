using System.Net.Sockets;
using System.Text;
using NicHangExporter.Linux;
using NicHangExporter.Linux.Ethtool;
using NicHangExporter.Persistence;
using NicHangExporter.Persistence.Helper;
using NicHangExporter.Tests.Persistence.Control;
using NicHangExporter.TestSupport;

namespace NicHangExporter.Tests.Persistence.Helper;

/// <summary>A host with eno1 at 0000:00:1f.6 under ifupdown, and the two ends of a connection to its helper.</summary>
internal sealed class HelperConnection : IDisposable
{
    private readonly TemporaryDirectory _directory = new();
    private readonly SysfsTree _sysfs = new();

    public HelperConnection()
    {
        _sysfs.Add("eno1"u8, "pci0000:00/0000:00:1f.6", "pci", "e1000e");
        _sysfs.Write("eno1", "ifindex", "2\n");
        IfupdownRoot.Make(Root.Path);
        Before = IfupdownRoot.Snapshot(Root.Path);
    }

    public HostRoot Root => new(_directory.File("root"), _sysfs.Root);

    /// <summary>The tree before the first request.</summary>
    public string Before { get; }

    /// <summary>The file of eno1.</summary>
    public string File => Root.Path + IfupdownRoot.File;

    public string Tree => IfupdownRoot.Snapshot(Root.Path);

    /// <summary>What the helper reads by ethtool.</summary>
    public Func<InterfaceName, DeviceFeatures?> Features { get; set; } =
        name => throw new LinuxException("SIOCETHTOOL", name.ToString(), Errno.NoDevice);

    /// <summary>Sends bytes to a helper and returns its answer.</summary>
    public async Task<string> AskAsync(string request, uint peer = 0, bool isEnd = false)
    {
        using var listener = new Socket(AddressFamily.Unix, SocketType.Stream, ProtocolType.Unspecified);
        var path = _directory.File($"{Guid.NewGuid():N}");
        listener.Bind(new UnixDomainSocketEndPoint(path));
        listener.Listen();
        using var client = new Socket(AddressFamily.Unix, SocketType.Stream, ProtocolType.Unspecified);
        var stop = TestContext.Current.CancellationToken;
        await client.ConnectAsync(new UnixDomainSocketEndPoint(path), stop);
        using var server = await listener.AcceptAsync(stop);
        await client.SendAsync(Encoding.Latin1.GetBytes(request), stop);
        if (isEnd)
            client.Shutdown(SocketShutdown.Send);
        await new PersistHelper(Root, name => Features(name)).ServeAsync(server, peer);
        server.Shutdown(SocketShutdown.Both);
        using var answer = new MemoryStream();
        var buffer = new byte[4096];
        for (int read; (read = await client.ReceiveAsync(buffer, stop)) > 0;)
            answer.Write(buffer, 0, read);
        return Encoding.UTF8.GetString(answer.ToArray());
    }

    public void Dispose()
    {
        _sysfs.Dispose();
        _directory.Dispose();
    }
}
