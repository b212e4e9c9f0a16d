using System.Collections.Immutable;
using NicHangExporter.Linux;

namespace NicHangExporter.Persistence;

/// <summary>The state of a persistence file on the host.</summary>
internal enum PersistedState
{
    /// <summary>The file is as it was written, and its reader applies it.</summary>
    InForce,
    /// <summary>The file is as it was written, but nothing applies it (<see cref="PersistedFile.Reason"/>).</summary>
    NotInForce,
    /// <summary>The file has the marker and another checksum.</summary>
    Edited,
}

/// <summary>One persistence file on the host.</summary>
internal sealed record PersistedFile
{
    /// <summary>The file on the host, without the prefix of <see cref="HostRoot"/>.</summary>
    public required string Path { get; init; }

    /// <summary>The bus address in its marker.</summary>
    public required BusAddress Bus { get; init; }

    /// <summary>The way.</summary>
    public required PersistenceWay Way { get; init; }

    /// <summary>The name of the NIC when the file was written; empty in an edited file without that line.</summary>
    public required string DeviceThen { get; init; }

    /// <summary>The NIC now; null if no NIC has the address.</summary>
    public required HostNic? Nic { get; init; }

    /// <summary>The manager of the NIC now; <see cref="NetworkManagerKind.None"/> without a NIC.</summary>
    public required NetworkManagerKind Manager { get; init; }

    /// <summary>The profile named in the file; null for none.</summary>
    public required string? Profile { get; init; }

    /// <summary>What the file keeps off, sorted. Of an edited file: what its remark says.</summary>
    public required ImmutableArray<string> Settings { get; init; }

    /// <summary>The state.</summary>
    public required PersistedState State { get; init; }

    /// <summary>Why the file is not in force or what to do with it, in one line; null if it is in force.</summary>
    public required string? Reason { get; init; }

    /// <summary>The events that the file does not survive under this manager.</summary>
    public required ImmutableArray<EventCoverage> NotCovered { get; init; }

    /// <summary>
    /// True if the file is in force and keeps exactly these settings off. Order and repetition do not matter.
    /// </summary>
    public bool Matches(IEnumerable<string> desired) =>
        State == PersistedState.InForce && Settings.ToHashSet(StringComparer.Ordinal).SetEquals(desired);

    /// <summary>True if the file is in force and keeps at least these settings off.</summary>
    public bool Covers(IEnumerable<string> desired) =>
        State == PersistedState.InForce && Settings.ToHashSet(StringComparer.Ordinal).IsSupersetOf(desired);
}
