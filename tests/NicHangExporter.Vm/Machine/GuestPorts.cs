using System.Net;
using System.Net.Sockets;

namespace NicHangExporter.Vm.Machine;

/// <summary>Ports of this machine's loopback that lead into the guest, each through the NIC that it is named after.</summary>
internal sealed record GuestPorts(int Eno1Web, int Eno1Exporter, int ContainerWeb, int Ens18Web, int Ens18Exporter, int Ens1Web, int Ens1Exporter)
{
    /// <summary>Ports that were free a moment ago.</summary>
    public static GuestPorts Free()
    {
        var listeners = Enumerable.Range(0, 7).Select(_ => new TcpListener(IPAddress.Loopback, 0)).ToList();
        listeners.ForEach(listener => listener.Start());
        var ports = listeners.ConvertAll(listener => ((IPEndPoint)listener.LocalEndpoint).Port);
        listeners.ForEach(listener => listener.Stop());
        return new GuestPorts(ports[0], ports[1], ports[2], ports[3], ports[4], ports[5], ports[6]);
    }
}
