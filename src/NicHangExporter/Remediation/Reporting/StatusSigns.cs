using NicHangExporter.Remediation.Journaling;

namespace NicHangExporter.Remediation.Reporting;

/// <summary>What the status depends on, as far as it is cheap to read. Compares by value.</summary>
/// <param name="State">The sum of the journal. Another object after each entry.</param>
/// <param name="Devices">A hash of names and drivers, of the watched devices and of those that options list.</param>
/// <param name="IsPaused">The kill switch is set.</param>
/// <param name="IsWritable">The journal can be written.</param>
/// <param name="Spent">The budget that all devices have spent.</param>
/// <param name="IsChanging">A hang or a cool-down is in progress: the status changes with the time.</param>
internal sealed record StatusSigns(
    RemediationState State, int Devices, bool IsPaused, bool IsWritable, int Spent, bool IsChanging)
{
    /// <summary>Compares <see cref="State"/> by identity.</summary>
    public bool Equals(StatusSigns? other) =>
        other is not null && ReferenceEquals(State, other.State)
        && (Devices, IsPaused, IsWritable, Spent, IsChanging)
            == (other.Devices, other.IsPaused, other.IsWritable, other.Spent, other.IsChanging);

    /// <inheritdoc/>
    public override int GetHashCode() => HashCode.Combine(Devices, IsPaused, IsWritable, Spent, IsChanging);
}
