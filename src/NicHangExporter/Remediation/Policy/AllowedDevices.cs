using System.Collections.Immutable;
using NicHangExporter.Options;
using NicHangExporter.Remediation.Execution;
using NicHangExporter.Remediation.Planning;

namespace NicHangExporter.Remediation.Policy;

/// <summary>
/// Which devices may be changed: those in <c>remediation.devices</c>, or, if that is empty, the physical devices whose
/// driver has a ladder.
/// </summary>
internal sealed class AllowedDevices(ExporterOptions options, ProfileCatalog catalog)
{
    /// <summary><c>remediation.devices</c> is not empty.</summary>
    public bool IsListGiven => options.Remediation.Devices.Count > 0;

    public bool Contains(DeviceFacts facts) => IsListGiven ? IsListed(facts) : facts.IsPhysical && HasLadder(facts);

    /// <summary>True if <c>remediation.devices</c> names the device.</summary>
    public bool IsListed(DeviceFacts facts) => AllowList.Names(options.Remediation.Devices, facts.Name, facts.Bus);

    /// <summary>True if there is a ladder for the driver, or a recovery action is enabled.</summary>
    public bool HasRemedy(DeviceFacts facts) =>
        HasLadder(facts) || options.Remediation.AllowReinit || options.Remediation.AllowBounce;

    /// <summary>The stages of the driver's ladder; empty if there is no ladder.</summary>
    public ImmutableArray<string> Stages(string driver) => catalog.Ladder(driver)?.Stages ?? [];

    /// <summary>
    /// Why the device may not be changed; null if it may. A device that is not allowed is not_allowed or no_profile.
    /// </summary>
    public DeclineReason? WhyNot(DeviceFacts facts) => facts switch
    {
        { IsUpper: true } => DeclineReason.Upper,
        _ when Contains(facts) => null,
        { IsPhysical: true } when !IsListGiven => DeclineReason.NoProfile,
        _ => DeclineReason.NotAllowed,
    };

    private bool HasLadder(DeviceFacts facts) => catalog.Ladder(facts.Driver) is not null;
}
