using System.Collections.Frozen;

namespace NicHangExporter.Hangs;

/// <summary>Which fault each <see cref="MessageKind.Fatal"/> row of <see cref="HangPatterns"/> is: the table. A test walks all such rows.</summary>
internal static class FaultKinds
{
    private static readonly FrozenDictionary<string, FaultKind> Table = new Dictionary<FaultKind, string[]>
    {
        [FaultKind.OffBus] = ["igb-pcie-link-lost", "igc-pcie-link-lost", "ixgbe-removed", "r8169-detached", "tg3-pci-channel"],
        [FaultKind.Firmware] =
        [
            "atlantic-boot-code", "atlantic-fw-restart", "bnx2x-mfw", "bnx2x-recovery-failed", "bnxt-firmware-fatal", "bnxt-fatal-reset", "bnxt-reset-aborted",
            "cxgb4-fatal", "cxgb4-mailbox", "cxgb4-sge-stuck", "e1000e-me-rdt", "e1000e-me-tdt", "hns3-reset-failed", "i40e-recovery-failed",
            "i40e-recovery-failed-old", "i40e-recovery-mode", "ice-recovery-failed", "mlx4-internal-error", "mlx4-internal-error-mark", "mlx5-bad-device",
            "mlx5-fatal", "mlx5-health", "mlx5-miss-count", "mlx5-recovery-failed", "mlx5-reopen-failed",
        ],
        [FaultKind.OtherSide] = ["ena-admin-queue", "ena-keep-alive", "ena-msix-rx", "gve-reset-failed"],
        [FaultKind.PhysicalFunction] = ["iavf-reset-never-finished", "iavf-vf-disabled"],
        [FaultKind.Heat] = ["igb-overheated"],
        [FaultKind.Refused] = ["i40e-malicious-driver"],
        [FaultKind.Hardware] =
        [
            "atl1c-hardware-error", "ixgbe-ecc", "macb-exhausted", "macb-halt", "macb-hresp", "macb-rx-corruption", "sky2-rx-hang", "tg3-dma-status",
            "tg3-flow-attention", "tg3-msi-status",
        ],
    }.SelectMany(kind => kind.Value, (kind, row) => KeyValuePair.Create(row, kind.Key)).ToFrozenDictionary();

    /// <summary>The rows that the table names.</summary>
    public static IEnumerable<string> Rows => Table.Keys;

    /// <summary>The fault of a row.</summary>
    public static FaultKind Of(HangPattern row) => Table.GetValueOrDefault(row.Id, FaultKind.Hardware);
}
