namespace NicHangExporter.Vm.Machine;

/// <summary>
/// The state around the NIC that hangs: addresses, routes, the bridge and its ports, and the other NICs with their
/// offloads and carrier changes. A remediation must not change it.
/// </summary>
internal static class Neighbourhood
{
    private const string Hung = "eno1";

    // Excludes lifetimes and the state of the port that is reset, because they follow time or the hung NIC's own link.
    // Sorts the rest, because an entry that was lost and restored may have another position.
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

    /// <summary>The state as text.</summary>
    /// <param name="guest">The guest.</param>
    /// <param name="hung">The NIC that hangs.</param>
    public static Task<string> LookAsync(Guest guest, string hung = Hung) => guest.Shell.DoAsync(Script(hung));

    /// <summary>
    /// Waits until the state is the same as before: an address that comes with the link is tentative for a second.
    /// </summary>
    public static Task IsAsBeforeAsync(Guest guest, string before, string hung = Hung) =>
        Eventually.HoldsAsync(
            $"around {hung} everything is as it was:\n{before}", () => LookAsync(guest, hung), now => now == before);
}
