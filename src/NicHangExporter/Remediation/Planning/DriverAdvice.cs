using System.Collections.Immutable;

namespace NicHangExporter.Remediation.Planning;

/// <summary>
/// What to do instead if a driver has a feature fixed: the end of a sentence that begins with the feature's name.
/// </summary>
internal static class DriverAdvice
{
    private static readonly ImmutableArray<(string Driver, string Advice)> Table =
    [
        ("virtio_net",
            "the hypervisor decides: turn it off on the host, with ethtool -K on the guest's tap device or on the NIC"
            + " below the bridge, or take it out of the guest's virtual NIC (QEMU: guest_csum=off, host_tso4=off and"
            + " their like)"),
        ("vmxnet3",
            "the hypervisor decides: change it in the host's settings, or give the guest a virtual NIC of another"
            + " type"),
        ("hv_netvsc",
            "the hypervisor decides: change it on the host's virtual switch or NIC; in a cloud nobody but the"
            + " provider can"),
        ("mana", "the cloud provider decides: no guest can change it"),
        ("ena", "the cloud provider decides: no guest can change it"),
        ("gve", "the cloud provider decides: no guest can change it"),
        ("xen_netfront", "the host decides: turn it off with ethtool -K on the guest's vif in dom0"),
        ("ibmveth", "the hypervisor decides: change it in the partition's virtual Ethernet settings"),
        ("igbvf", "the physical function decides: turn it off there, on the host"),
        ("ixgbevf", "the physical function decides: turn it off there, on the host"),
        ("iavf", "the physical function decides: turn it off there, on the host"),
        ("e1000e", "this chip can't do without it: go on to the next stage"),
        ("e1000", "this chip can't do without it: go on to the next stage"),
        ("r8169", "this chip can't do without it: go on to the next stage, or to the driver of the vendor"),
    ];

    public static string ForFixed(string driver)
    {
        foreach (var (name, advice) in Table)
            if (name == driver)
                return advice;
        return "the driver does not let it be changed: go on to the next stage, or look for a parameter of the driver's"
            + " module (modinfo)";
    }

    /// <summary>The drivers in the table.</summary>
    public static IEnumerable<string> Drivers => Table.Select(row => row.Driver);
}
