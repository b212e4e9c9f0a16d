namespace NicHangExporter.Vm.Machine;

/// <summary>
/// Everything around the NIC that hangs: addresses, routes, the bridge and its ports, the other NICs with their offloads and how often their
/// links came and went. A remediation must leave no trace in it.
/// </summary>
internal static class Neighbourhood
{
    private const string Hung = "eno1";

    // What counts time or follows the hung NIC's own link is left out: lifetimes, and the state of the port that is reset. What is lost and comes again may stand elsewhere.
    private static string Script(string hung) => $$"""
        /usr/sbin/ip -o addr | sed 's/valid_lft.*//' | sort
        /usr/sbin/ip route show table all | sed 's/expires.*//' | sort
        /usr/sbin/ip netns exec ct100 /usr/sbin/ip route
        /usr/sbin/bridge -d link | grep -v '^ *$' | sed 's/<[A-Z,_-]*>//; s/state [a-z]* //'
        /usr/sbin/ip -o link | grep -v ' {{hung}}:'
        for device in eno1 ens18 ens1 vmbr0 veth100i0 tap101i0; do
            [ $device = {{hung}} ] && continue
            echo "$device carrier_changes $(cat /sys/class/net/$device/carrier_changes)"
        done
        for device in eno1 ens18 ens1; do [ $device = {{hung}} ] || /usr/sbin/ethtool -k $device; done
        """;

    /// <summary>A picture as text.</summary>
    /// <param name="guest">Where.</param>
    /// <param name="hung">The NIC around which one looks.</param>
    public static Task<string> LookAsync(Guest guest, string hung = Hung) => guest.Shell.DoAsync(Script(hung));

    /// <summary>Waits until it is again as it was: an address that comes with the link is tentative for a second.</summary>
    public static Task IsAsBeforeAsync(Guest guest, string before, string hung = Hung) =>
        Eventually.HoldsAsync($"around {hung} everything is as it was:\n{before}", () => LookAsync(guest, hung), now => now == before);
}
