namespace NicHangExporter.Vm.Machine;

/// <summary>
/// Everything around the NIC that hangs: addresses, routes, the bridge and its ports, the other NICs with their offloads and how often their
/// links came and went. A remediation must leave no trace in it.
/// </summary>
internal static class Neighbourhood
{
    // What counts time or follows the hung NIC's own link is left out: lifetimes, and the state of the port that is reset.
    private const string Script = """
        /usr/sbin/ip -o addr | sed 's/valid_lft.*//'
        /usr/sbin/ip route show table all | sed 's/expires.*//'
        /usr/sbin/ip netns exec ct100 /usr/sbin/ip route
        /usr/sbin/bridge -d link | grep -v '^ *$' | sed 's/<[A-Z,_-]*>//; s/state [a-z]* //'
        /usr/sbin/ip -o link | grep -v ' eno1:'
        for device in ens18 ens1 vmbr0 veth100i0 tap101i0; do
            echo "$device carrier_changes $(cat /sys/class/net/$device/carrier_changes)"
        done
        for device in ens18 ens1; do /usr/sbin/ethtool -k $device; done
        """;

    /// <summary>A picture as text.</summary>
    public static Task<string> LookAsync(Guest guest) => guest.Shell.DoAsync(Script);
}
