using System.Collections.Immutable;
using NicHangExporter.Remediation;
using NicHangExporter.Remediation.Execution;
using NicHangExporter.Remediation.Planning;

namespace NicHangExporter.Persistence.Control;

/// <summary>Which settings an order means. Pure.</summary>
internal static class SettingsChoice
{
    /// <summary>The plan's request for an order.</summary>
    /// <param name="order">The order.</param>
    /// <param name="nic">The device.</param>
    /// <param name="status">What remediation knows of the device; null for nothing.</param>
    /// <param name="facts">The device as read by ethtool; null if that failed.</param>
    /// <param name="catalog">The profiles.</param>
    /// <exception cref="PersistenceException">There is nothing to persist.</exception>
    public static PersistenceRequest Of(
        PersistOrder order, HostNic nic, DeviceStatus? status, DeviceFacts? facts, ProfileCatalog catalog)
    {
        if (order.Profile is { } profile)
            return new PersistenceRequest(
                nic, OfProfile(profile, nic, facts, catalog), profile, order.Via, facts?.Features);
        if (status is not { Desired.Count: > 0 })
            throw NotPossible(
                $"nothing was decided for {nic.Device}: give a profile ({string.Join(", ", catalog.ProfileNames)})");
        return new PersistenceRequest(
            nic, [.. status.Desired], status.Profile, order.Via, facts?.Features);
    }

    // What of the profile the device has and lets a user change.
    private static ImmutableArray<string> OfProfile(
        string name, HostNic nic, DeviceFacts? facts, ProfileCatalog catalog)
    {
        // The name is text of a caller, so it is not repeated.
        if (catalog.Profile(name) is null)
            throw NotPossible($"there is no such profile: write one of {string.Join(", ", catalog.ProfileNames)}");
        if (facts is null)
            throw NotPossible($"the features of {nic.Device} can't be read now: try again when ethtool -k answers");
        var settings = catalog.Resolve(name)!.Value.Where(setting => CanTurnOff(setting, facts)).ToImmutableArray();
        return settings.IsEmpty
            ? throw NotPossible($"{nic.Device} has nothing of that profile, or its driver has it fixed")
            : settings;
    }

    private static bool CanTurnOff(string setting, DeviceFacts facts) => setting switch
    {
        DeviceSettings.Eee => facts.Eee is not null,
        DeviceSettings.Pause => facts.Pause is not null,
        _ => facts.Features?.Find(setting) is { Changeable: true },
    };

    private static PersistenceException NotPossible(string message) => new(PersistenceError.NotPossible, message);
}
