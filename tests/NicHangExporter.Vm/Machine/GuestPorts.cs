using System.Net;
using System.Net.Sockets;

namespace NicHangExporter.Vm.Machine;

/// <summary>Ports of this machine's loopback that lead into the guest, each through the NIC that it is named after.</summary>
internal sealed record GuestPorts(int Eno1Web, int Eno1Exporter, int ContainerWeb, int Ens18Web, int Ens18Exporter, int Ens1Web, int Ens1Exporter)
{
    // Below the range from which the kernel gives a port to whoever connects somewhere: one of those could be taken the moment after it was found to be free.
    private const int First = 20000;
    private const int Last = 29999;

    private static int _next = Random.Shared.Next(First, Last);

    /// <summary>Ports that are free now, and none twice in this process.</summary>
    public static GuestPorts Free() => new(One(), One(), One(), One(), One(), One(), One());

    private static int One()
    {
        for (var tries = First; tries <= Last; tries++)
        {
            var port = First + (Interlocked.Increment(ref _next) & int.MaxValue) % (Last - First + 1);
            using var listener = new TcpListener(IPAddress.Loopback, port);
            try
            {
                listener.Start();
                return port;
            }
            catch (SocketException)
            {
                // Somebody has it.
            }
        }
        throw new CannotBootException($"no port is free between {First} and {Last}");
    }
}
