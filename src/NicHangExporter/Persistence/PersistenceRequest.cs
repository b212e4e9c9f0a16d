using System.Collections.Immutable;
using NicHangExporter.Linux.Ethtool;

namespace NicHangExporter.Persistence;

/// <summary>What to persist for a NIC.</summary>
/// <param name="Nic">The NIC.</param>
/// <param name="Settings">What is kept off: features by the kernel's name, <c>eee</c>, <c>pause</c>.</param>
/// <param name="Profile">The profile that the settings come from, as a remark in the file; null for none.</param>
/// <param name="Via">The only way to try; null for the first one that applies.</param>
/// <param name="Features">The features of the device, to refuse what it does not have. Null if unknown: then no
/// setting is refused, and checksums are not persisted by a <c>.link</c> file.</param>
internal sealed record PersistenceRequest(
    HostNic Nic, ImmutableArray<string> Settings, string? Profile, PersistenceWay? Via, DeviceFeatures? Features);
