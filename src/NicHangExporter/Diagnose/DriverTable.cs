namespace NicHangExporter.Diagnose;

/// <summary>
/// The table of <c>diagnose</c>: the drivers with specific knowledge. One row covers drivers that behave the same.
/// </summary>
internal static class DriverTable
{
    /// <summary>The command that turns segmentation offloads off.</summary>
    public const string SegmentationOff = "    ethtool -K {0} tso off gso off";

    private const string ChecksumOff = "    ethtool -K {0} tx off rx off";
    private const string EeeOff = "    ethtool --set-eee {0} eee off";
    private const string Segmentation =
        "Against the next hang: segmentation offloads off. It is what helped most often, not always:";
    private const string Checksum = "If it comes back, checksum offloads as well:";
    private const string ChecksumResets =
        "If it comes back, checksum offloads as well. The change of rx resets the adapter once:";
    private const string CheapEee = "Energy-efficient Ethernet off is cheap, and unproven by itself:";
    private const string Persist =
        "Settings of ethtool do not survive a reboot: put them where the interface is configured.";
    private const string Vendor =
        "Compare the firmware with the driver's release notes (ethtool -i), and keep this log for the vendor.";

    public static DriverNotes[] Rows { get; } =
    [
        new(
            DriverKind.Physical, ["e1000e"],
            "field reports; e1000_set_features() reinitialises the adapter where rx changes")
        { Prevention = [Segmentation, SegmentationOff, ChecksumResets, ChecksumOff, CheapEee, EeeOff, Persist] },
        new(
            DriverKind.Physical, ["e1000"],
            "the same transmit unit as e1000e's, without EEE; mostly met as an emulated NIC")
        {
            Prevention =
            [
                "Most NICs of this driver are emulated ones: in a guest, a paravirtual NIC (virtio, vmxnet3) does "
                + "without it.",
                Segmentation, SegmentationOff, ChecksumResets, ChecksumOff, Persist,
            ],
        },
        new(
            DriverKind.Physical, ["igb"],
            "reports of Detected Tx Unit Hang, with e1000e's remedies; igb_set_features()")
        { Prevention = [Segmentation, SegmentationOff, Checksum, ChecksumOff, CheapEee, EeeOff, Persist] },
        new(
            DriverKind.Physical, ["igc"],
            "reports about I225 and I226: EEE, PCIe power saving, 2.5 Gbit/s on early I225")
        {
            Prevention =
            [
                "With I225 and I226, reports blame power saving. Turn energy-efficient Ethernet off:",
                EeeOff,
                "By several reports, early I225 (revisions 1 and 2 in lspci) are stable at 1 Gbit/s:",
                "    ethtool -s {0} speed 1000 duplex full autoneg on",
                Persist,
                "Newer kernels turn PCIe L1.2 off for I226. With others, ASPM off in the BIOS has helped.",
            ],
        },
        new(
            DriverKind.Physical, ["r8169", "r8168", "r8125", "r8126", "r8127", "r8101"],
            "rtl_init_one() kept sg and tso off for years; EEE and ASPM are blamed in reports, with mixed results")
        {
            Prevention =
            [
                "With Realtek, reports blame power saving. Turn energy-efficient Ethernet off:",
                EeeOff,
                "Many kernels have segmentation offloads off already. Where ethtool -k shows them on:",
                SegmentationOff,
                Persist,
                "ASPM off (pcie_aspm=off on the kernel's command line) has helped some and changed nothing for others.",
                "Otherwise the other driver: r8169 of a newer kernel in place of Realtek's own, or the reverse.",
            ],
        },
        new(
            DriverKind.Physical, ["bnx2x"],
            "CVE-2018-1000026: large GSO packets stop the firmware; bnx2x_set_features() reloads the NIC")
        {
            Prevention =
            [
                "Old kernels let a large packet stop this firmware (CVE-2018-1000026): take a newer one.",
                "Or turn segmentation off, which reloads the NIC once:",
                SegmentationOff, Persist, Vendor,
            ],
        },
        new(
            DriverKind.Physical,
            [
                "i40e", "ice", "ixgbe", "idpf", "bnxt_en", "mlx4_en", "mlx4_core", "mlx5_core", "qede", "hns3", "sfc",
                "ionic", "cxgb4", "nfp",
            ],
            "no setting is known to help; vendors fix firmware and driver together")
        { Prevention = [Vendor] },
        new(DriverKind.Physical, ["macb"], "raspberrypi/linux#7339, #7511")
        {
            Prevention =
            [
                "On the Raspberry Pi 5, newer kernels of Raspberry Pi detect the stall and restart the transmitter "
                + "themselves.",
                "By reports, energy-efficient Ethernet makes links of this board flap. Turn it off:",
                EeeOff, Persist,
            ],
        },
        new(
            DriverKind.Virtual, ["virtio_net"],
            "virtnet_tx_timeout() only prints; virtnet_close() keeps the queues as they are")
        {
            Recovery =
            [
                "The other end of this queue is the host, which does not take the packets.",
                "Look there: at its load, at the guest's vhost or tap device, at the NIC below the bridge.",
                "Link down and up in the guest does not empty the queue.",
                "Unbinding and binding the driver does, and so does a restart of the guest: the interface is "
                + "created again.",
            ],
        },
        new(
            DriverKind.Virtual, ["ena", "gve", "gvnic", "vmxnet3"],
            "their tx_timeout handlers queue a reset of the device") { ResetsItself = true },
        new(
            DriverKind.Virtual, ["hv_netvsc", "mana", "xen_netfront", "ibmveth", "ibmvnic"],
            "the other end of the queue is the host"),
        new(
            DriverKind.VirtualFunction,
            ["iavf", "i40evf", "ixgbevf", "igbvf", "cxgb4vf", "nicvf", "rvu_nicvf", "nfp_netvf"],
            "the physical function serves it"),

        new(DriverKind.Usb, ["r8152"], "rtl8152_tx_timeout() queues a reset of the USB device") { ResetsItself = true },
        new(
            DriverKind.Usb,
            [
                "aq_usb", "aqc111", "asix", "ax88179_178a", "ax_usb_nic", "catc", "cdc_eem", "cdc_ether", "cdc_mbim",
                "cdc_ncm", "ch9200", "dm9601", "hso", "huawei_cdc_ncm", "ipheth", "kaweth", "lan78xx", "pegasus",
                "qmi_wwan", "rndis_host", "rtl8150", "sierra_net", "smsc75xx", "smsc95xx", "sr9700", "sr9800", "usbnet",
            ],
            "usbnet_tx_timeout() only unlinks its URBs"),
    ];
}
