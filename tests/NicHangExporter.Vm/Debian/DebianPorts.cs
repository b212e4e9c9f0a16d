namespace NicHangExporter.Vm.Debian;

/// <summary>Ports on this machine's loopback that are forwarded into a Debian guest.</summary>
/// <param name="Web">The pages, through the NIC that hangs.</param>
/// <param name="OtherWeb">The pages, through the other NIC.</param>
/// <param name="OtherExporter">The exporter, through the other NIC.</param>
internal sealed record DebianPorts(int Web, int OtherWeb, int OtherExporter)
{
    /// <summary>Free ports. This process gets no port twice.</summary>
    public static DebianPorts Free() => new(One(), One(), One());

    private static int One() => LoopbackPort.Find() ?? throw new CannotBootException("no port is free for a guest");
}
