using System.Net;
using System.Net.Sockets;
using System.Runtime.ExceptionServices;
using System.Runtime.InteropServices;
using Microsoft.Win32.SafeHandles;

namespace NicHangExporter.TestSupport;

/// <summary>
/// A network namespace for one test, with a pair of connected veth interfaces, both down. <c>ip netns</c> creates it,
/// so any program can run in it. Dispose removes it with all its interfaces.
/// </summary>
internal sealed partial class NetworkNamespace : IDisposable
{
    private const int NewNetwork = 0x40000000; // CLONE_NEWNET
    private static readonly TimeSpan Limit = TimeSpan.FromSeconds(60);

    /// <summary>Creates the namespace and its pair. Skips the test if the machine does not allow that.</summary>
    public NetworkNamespace(string device = "veth0", string peer = "veth1")
    {
        Requires.Root();
        Requires.Program("ip");
        Execution.Of("ip", "netns", "add", Name).Succeeded();
        try
        {
            AddPair(device, peer);
        }
        catch
        {
            Dispose();
            throw;
        }
    }

    /// <summary>The name for <c>ip netns</c>.</summary>
    public string Name { get; } = "nichang-" + Guid.NewGuid().ToString("N")[..12];

    public void AddPair(string device, string peer) =>
        Execution.Of("ip", "-n", Name, "link", "add", "name", device, "type", "veth", "peer", "name", peer).Succeeded();

    public Execution Execute(string program, params IEnumerable<string> arguments) =>
        Execution.Of("ip", ["netns", "exec", Name, Requires.Find(program) ?? program, .. arguments]);

    /// <summary>Sends a UDP datagram of one byte to port 9 (discard) of an address.</summary>
    public void Send(string address) => Inside(() =>
    {
        using var socket = new Socket(AddressFamily.InterNetwork, SocketType.Dgram, ProtocolType.Udp);
        return socket.SendTo([0], new IPEndPoint(IPAddress.Parse(address), 9));
    });

    /// <summary>
    /// Runs a function on a new thread in the namespace. A socket that the function creates stays in the namespace, so
    /// any thread can use it afterwards.
    /// </summary>
    public T Inside<T>(Func<T> function)
    {
        T? result = default;
        ExceptionDispatchInfo? failure = null;
        var thread = new Thread(() =>
        {
            try
            {
                Enter();
                result = function();
            }
            catch (Exception exception)
            {
                failure = ExceptionDispatchInfo.Capture(exception);
            }
        })
        { IsBackground = true, Name = Name };
        thread.Start();
        Assert.True(thread.Join(Limit), $"the work in network namespace {Name} has not ended within {Limit}");
        failure?.Throw();
        return result!;
    }

    /// <summary>Deletes the namespace. The kernel removes the interfaces when no process is left in it.</summary>
    public void Dispose() => Execution.Of("ip", "netns", "delete", Name).Succeeded();

    private void Enter()
    {
        using var handle = File.OpenHandle($"/run/netns/{Name}", FileMode.Open, FileAccess.Read, FileShare.ReadWrite);
        Assert.True(SetNamespace(handle, NewNetwork) == 0, $"setns failed, errno {Marshal.GetLastPInvokeError()}");
    }

    [LibraryImport("libc", EntryPoint = "setns", SetLastError = true)]
    private static partial int SetNamespace(SafeFileHandle handle, int type);
}
