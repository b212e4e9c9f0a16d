namespace NicHangExporter.Vm;

/// <summary>
/// Boots a guest for manual use. Its console is this terminal; the host's side is done in another one.
/// </summary>
internal static class ByHand
{
    /// <summary>Boots the guest and waits for its end.</summary>
    public static async Task RunAsync()
    {
        Console.WriteLine("Ctrl-A X ends the guest, Ctrl-A C is QEMU's monitor.");
        await using var guest = await Guest.BootAsync(new GuestOptions { ByHand = true });
        Console.WriteLine($"""

            The guest is up. From another terminal: curl http://127.0.0.1:{guest.Ports.Eno1Web}/small            through eno1, the NIC to hang
                                                    curl http://127.0.0.1:{guest.Ports.Ens18Exporter}/metrics          through ens18, the exporter
            Here, one after the other:
              nic-hang-exporter --state.directory=/state --remediation.local=enforce --remediation.boot-grace=0s 2>/run/log &
              nic-fault eno1 once
              nic-hang-exporter status --state.directory=/state
            """);
        await guest.Ended;
    }
}
