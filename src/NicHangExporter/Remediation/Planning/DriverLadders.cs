using System.Collections.Immutable;

namespace NicHangExporter.Remediation.Planning;

/// <summary>
/// The built-in ladders. A driver has a row only if a setting is known to help. Paravirtual drivers have none: the
/// other end of their queues is the host, and no setting in the guest prevents or heals a hang there.
/// </summary>
internal static class DriverLadders
{
    public static ImmutableArray<DriverLadder> All { get; } =
    [
        new("e1000e", ["segmentation", "checksum", "receive", "eee", "pause"])
        {
            Resetting = ["rx-checksum", "rx-vlan-hw-parse", "tx-vlan-hw-insert", "rx-hashing", "rx-fcs", "rx-all"],
            Evidence =
                "e1000_set_features(); field reports: segmentation helps most often, EEE at times, and the driver"
                + " itself suggests pause off for some chips",
        },
        new("e1000", ["segmentation", "checksum", "receive"])
        {
            Resetting = ["rx-checksum", "rx-all"],
            Evidence =
                "e1000_set_features(); the same transmit unit as e1000e's, without EEE; mostly met as an emulated NIC",
        },
        new("igb", ["segmentation", "checksum", "receive", "eee"])
        {
            Resetting = ["rx-all", "rx-ntuple-filter"],
            Evidence = "igb_set_features(); reports of Detected Tx Unit Hang, with e1000e's remedies",
        },
        new("igc", ["segmentation", "checksum", "receive", "eee"])
        {
            Resetting = ["rx-all", "rx-ntuple-filter"],
            Evidence = "igc_set_features(); reports of Detected Tx Unit Hang and of trouble with EEE on I225 and I226",
        },
        new("r8169", ["segmentation", "checksum", "eee"])
        {
            Resetting = [],
            Evidence =
                "rtl_init_one() kept sg and tso off for years because of reports of TX timeouts, so that the first"
                + " stage is often a no-op; where that is not enough, tx off has helped; EEE only now and then",
        },
        new("bnx2x", ["segmentation"])
        {
            AllResetBut = ["rx-gro"],
            Evidence = "bnx2x_set_features() reloads the NIC; CVE-2018-1000026: large GSO packets stop the firmware",
        },
        new("macb", ["eee"])
        {
            Resetting = [],
            Evidence =
                "Raspberry Pi 5: a stalled transmitter comes back with link down and up (raspberrypi/linux#7339); EEE"
                + " makes links flap (#7511). No offload is known to matter",
        },
    ];

    public static DriverLadder? Find(string driver) => All.FirstOrDefault(ladder => ladder.Driver == driver);
}
