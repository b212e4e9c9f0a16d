namespace NicHangExporter.Linux.Kmsg;

/// <summary>
/// Counts lost records by the gaps in their numbers. The kernel numbers records from 0 at boot without gaps, so the
/// count is exact. This is a mutable value: keep it in a field or a local variable, not behind a property.
/// </summary>
public struct KmsgSequence : IEquatable<KmsgSequence>
{
    /// <summary>The last observed number; null before the first.</summary>
    public ulong? Last { get; private set; }

    /// <summary>
    /// A count that continues after record <paramref name="last"/> of an earlier process in the same boot.
    /// </summary>
    public static KmsgSequence After(ulong last) => new() { Last = last };

    /// <summary>
    /// Records a number and returns how many records between the previous number and this one were lost. Returns 0 for
    /// the first number and for a number that does not follow the previous one (the source started again); counting
    /// continues from there.
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
