using System.Collections.Immutable;
using NicHangExporter.Linux.Ethtool;

namespace NicHangExporter.Persistence;

/// <summary>The names of settings that can be persisted, and what a device must have for them.</summary>
internal static class PersistedSettings
{
    /// <summary>Energy-Efficient Ethernet.</summary>
    public const string Eee = "eee";

    /// <summary>Flow control by pause frames.</summary>
    public const string Pause = "pause";

    private const int MaxLength = 31; // ETH_GSTRING_LEN - 1, include/uapi/linux/ethtool.h
    private const int MaxSettings = 64;

    /// <summary>
    /// What an operator should know of settings that ethtool turns off when the NIC appears; null for nothing.
    /// </summary>
    public static string? NoteOf(ImmutableArray<string> settings) => settings.Any(setting => setting is Eee or Pause)
        ? "eee and pause are not measured at a device that is down: some drivers refuse them until the device is up,"
            + " and then they stay on; check with 'ethtool --show-eee' and 'ethtool -a' after a reboot"
        : null;

    /// <summary>Sorts settings and removes repetitions.</summary>
    /// <exception cref="PersistenceException">No setting is given, a name has another form, or the device does not have
    /// the feature or has it fixed on.</exception>
    public static ImmutableArray<string> Check(ImmutableArray<string> settings, HostNic nic, DeviceFeatures? features)
    {
        ImmutableArray<string> sorted = [.. settings.Distinct().Order(StringComparer.Ordinal)];
        var error = sorted.Length is 0 or > MaxSettings
            ? $"{nic.Device}: give 1 to {MaxSettings} settings to keep off, not {sorted.Length}"
            : sorted.Select(setting => Error(setting, nic, features)).FirstOrDefault(text => text is not null);
        return error is null ? sorted : throw new PersistenceException(PersistenceError.NotPossible, error);
    }

    private static string? Error(string setting, HostNic nic, DeviceFeatures? features)
    {
        if (!IsName(setting))
            return $"'{setting}' is no setting: give features by the kernel's name, as 'ethtool -k' shows, eee or"
                + " pause";
        if (features is null || setting is Eee or Pause)
            return null;
        return features.Find(setting) switch
        {
            null => $"{nic.Device} has no feature {setting} under this kernel: leave it out or choose another profile",
            { Changeable: false, Active: true } => $"the driver of {nic.Device} does not let anyone turn {setting} off:"
                + " leave it out or choose another profile",
            _ => null,
        };
    }

    // The form of netdev_features_strings, net/ethtool/common.c. It needs no quoting anywhere.
    private static bool IsName(string setting) =>
        setting.Length is > 0 and <= MaxLength && char.IsAsciiLetterLower(setting[0])
        && setting.All(character =>
            char.IsAsciiLetterLower(character) || char.IsAsciiDigit(character) || character is '-' or '_');
}
