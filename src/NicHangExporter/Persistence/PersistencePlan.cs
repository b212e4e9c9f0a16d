using System.Collections.Immutable;

namespace NicHangExporter.Persistence;

/// <summary>One file that keeps settings of a NIC off. Nothing is written yet.</summary>
internal sealed record PersistencePlan
{
    /// <summary>The NIC.</summary>
    public required HostNic Nic { get; init; }

    /// <summary>The manager of the NIC.</summary>
    public required NetworkManagerKind Manager { get; init; }

    /// <summary>The way.</summary>
    public required PersistenceWay Way { get; init; }

    /// <summary>The file on the host, without the prefix of <see cref="HostRoot"/>.</summary>
    public required string Path { get; init; }

    /// <summary>Its exact permissions, regardless of the umask.</summary>
    public required UnixFileMode Mode { get; init; }

    /// <summary>The whole text, with marker and checksum.</summary>
    public required string Content { get; init; }

    /// <summary>The folder of the file does not exist. It is created, and removed with the file.</summary>
    public required bool CreatesFolder { get; init; }

    /// <summary>What the file keeps off, sorted: features by the kernel's name, <c>eee</c>, <c>pause</c>.</summary>
    public required ImmutableArray<string> Settings { get; init; }

    /// <summary>The events that the file does not survive; empty if it survives all.</summary>
    public required ImmutableArray<EventCoverage> NotCovered { get; init; }

    /// <summary>
    /// Remarks for the user, one line each: two managers, why a preferred way does not apply, side effects of a key.
    /// </summary>
    public required ImmutableArray<string> Notes { get; init; }
}
