namespace NicHangExporter.Linux.Kmsg;

/// <summary>
/// Counts lost records by the gaps in their numbers: the kernel numbers records from 0 at boot without gaps, so the count is exact.
/// A mutable value: keep it in a field or a local variable, not behind a property.
/// </summary>
public struct KmsgSequence : IEquatable<KmsgSequence>
{
    /// <summary>The number observed last; null before the first.</summary>
    public ulong? Last { get; private set; }

    /// <summary>A count that goes on after record <paramref name="last"/>, which an earlier process of the same boot has seen.</summary>
    public static KmsgSequence After(ulong last) => new() { Last = last };

    /// <summary>
    /// Notes a record's number and returns how many records between the previous one and this one were never seen. It is 0 for the
    /// first number, and for one that does not follow the previous (a source that began again): the count goes on from there.
    /// </summary>
    public ulong Observe(ulong sequence)
    {
        var lost = sequence > Last ? sequence - Last.Value - 1 : 0;
        Last = sequence;
        return lost;
    }

    /// <inheritdoc/>
    public readonly bool Equals(KmsgSequence other) => Last == other.Last;

    /// <inheritdoc/>
    public override readonly bool Equals(object? obj) => obj is KmsgSequence other && Equals(other);

    /// <inheritdoc/>
    public override readonly int GetHashCode() => Last.GetHashCode();

    /// <summary>Equality by the last number.</summary>
    public static bool operator ==(KmsgSequence left, KmsgSequence right) => left.Equals(right);

    /// <summary>Inequality by the last number.</summary>
    public static bool operator !=(KmsgSequence left, KmsgSequence right) => !left.Equals(right);
}
