using System.Collections.Immutable;

namespace NicHangExporter.Remediation.Reporting;

/// <summary>What the metrics show of a device that is not in its record.</summary>
/// <param name="Device">Its name.</param>
/// <param name="Drifted">The number of settings that are on again.</param>
/// <param name="Stages">The stages of its driver's ladder; empty if there is no ladder.</param>
/// <param name="IsHere">It is present, and watched or listed: nichang_remediation_allowed has a series for it.</param>
/// <param name="NotProtected">Why automatic remediation does not act on it; null if it does.</param>
internal readonly record struct ShownDevice(
    string Device, int Drifted, ImmutableArray<string> Stages, bool IsHere = false, NotProtected? NotProtected = null)
{
    /// <summary>
    /// Its other metrics have no series now: it has none here either, unless something was done to it.
    /// </summary>
    public bool IsHidden { get; init; }
}
