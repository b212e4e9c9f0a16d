namespace NicHangExporter.Vm.Machine;

/// <summary>
/// Ports on this machine's loopback that are forwarded into the guest, each through the NIC in its name.
/// </summary>
internal sealed record GuestPorts(
    int Eno1Web, int Eno1Exporter, int ContainerWeb, int Ens18Web, int Ens18Exporter, int Ens1Web, int Ens1Exporter)
{
    /// <summary>Free ports. This process gets no port twice.</summary>
    public static GuestPorts Free() => new(One(), One(), One(), One(), One(), One(), One());

    private static int One() => LoopbackPort.Find() ?? throw new CannotBootException("no port is free for a guest");
}
