using System.Collections.Immutable;
using NicHangExporter.Remediation.Execution;
using NicHangExporter.Remediation.Planning;

namespace NicHangExporter.Persistence.Control;

/// <summary>Which settings an order means. Pure.</summary>
internal static class SettingsChoice
{
    /// <summary>The plan's request for an order.</summary>
    /// <param name="order">The order.</param>
    /// <param name="nic">The device.</param>
    /// <param name="desired">What remediations decided.</param>
    /// <param name="stage">What that came from: a profile or a single setting; null for neither.</param>
    /// <param name="facts">The device as read by ethtool; null if that failed.</param>
    /// <param name="catalog">The profiles.</param>
    /// <exception cref="PersistenceException">There is nothing to persist.</exception>
    public static PersistenceRequest Of(
        PersistOrder order, HostNic nic, ImmutableArray<string> desired, string? stage, DeviceFacts? facts,
        ProfileCatalog catalog)
    {
        if (order.Profile is { } profile)
            return new PersistenceRequest(
                nic, OfProfile(profile, nic, facts, catalog), profile, order.Via, facts?.Features);
        if (order.Settings is { } settings)
            return new PersistenceRequest(
                nic, [.. settings.Where(setting => desired.Contains(setting) || IsPossible(setting, facts))],
                NameOf(stage, settings.All(desired.Contains), catalog), order.Via, facts?.Features);
        if (desired.IsEmpty)
            throw NotPossible(
                $"nothing was decided for {nic.Device}: give a profile ({string.Join(", ", catalog.ProfileNames)})");
        return new PersistenceRequest(
            nic, desired, NameOf(stage, true, catalog), order.Via, facts?.Features);
    }

    // The remark about the profile. A remediation of single settings has none.
    private static string? NameOf(string? stage, bool isWhole, ProfileCatalog catalog) =>
        isWhole && stage is not null && catalog.Profile(stage) is not null ? stage : null;

    // EEE and pause can't be read of a device that is down, so they stay.
    private static bool IsPossible(string setting, DeviceFacts? facts) =>
        setting is DeviceSettings.Eee or DeviceSettings.Pause || facts?.Features is not { } features
        || features.Find(setting) is { Changeable: true };

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
