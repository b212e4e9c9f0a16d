namespace NicHangExporter.Vm.Machine;

/// <summary>Ports of this machine's loopback that lead into the guest, each through the NIC that it is named after.</summary>
internal sealed record GuestPorts(int Eno1Web, int Eno1Exporter, int ContainerWeb, int Ens18Web, int Ens18Exporter, int Ens1Web, int Ens1Exporter)
{
    /// <summary>Ports that are free now, and none twice in this process.</summary>
    public static GuestPorts Free() => new(One(), One(), One(), One(), One(), One(), One());

    private static int One() => LoopbackPort.Find() ?? throw new CannotBootException("no port is free for a guest");
}
