namespace NicHangExporter.Metrics;

/// <summary>A reading of tx_timeout of all transmit queues of a device.</summary>
/// <param name="Values">One for each queue; null if it can't be read.</param>
/// <param name="Timestamp">When it was read (<see cref="TimeProvider.GetTimestamp"/>).</param>
/// <param name="TxPackets">tx_packets just before; null if it was not read.</param>
internal sealed record TxTimeoutReading(IReadOnlyList<ulong?> Values, long Timestamp, ulong? TxPackets);
