using NicHangExporter.Text;

namespace NicHangExporter.Remediation.Planning;

/// <summary>Checks configured profiles and ladders. The checks return null or an error with the right form.</summary>
internal static class ProfileValidator
{
    private const int MaxNameLength = 55; // of a module: MODULE_NAME_LEN
    private const string LadderForm = "write DRIVER=STAGE+STAGE, as in e1000e=segmentation+checksum";
    private const string ProfileForm = "write NAME=SETTING+SETTING, as in careful=tso+gso";

    private static readonly string[] Words = [DeviceSettings.Eee, DeviceSettings.Pause];

    /// <summary>Checks form and duplicates. Whether the stages exist is known when all options are read.</summary>
    public static string? CheckLadder(string text)
    {
        if (NamedList.Parse(text) is not { } row)
            return $"'{text}' is no ladder: {LadderForm}";
        if (row.Name.Length > MaxNameLength
            || row.Name.Any(character => !char.IsAsciiLetterOrDigit(character) && character is not ('_' or '-')))
            return $"'{row.Name}' is no name of a driver: {LadderForm}";
        return CheckParts(text, row, LadderForm)
            ?? row.Parts.Where(stage => !IsProfileName(stage))
                .Select(stage => $"'{stage}' is no name of a stage: {LadderForm}").FirstOrDefault();
    }

    /// <summary>Checks form, name and each setting.</summary>
    public static string? CheckProfile(string text)
    {
        if (NamedList.Parse(text) is not { } row)
            return $"'{text}' is no profile: {ProfileForm}";
        if (!IsProfileName(row.Name))
            return $"'{row.Name}' is no name of a profile: write at most 32 lower-case letters, digits and dashes, as"
                + " in careful=tso+gso";
        if (OffloadNames.Find(row.Name) is not null || KernelFeatures.Known.Contains(row.Name))
            return $"'{row.Name}' is a setting already: give the profile a name of its own, as in"
                + $" my-{row.Name}={string.Join('+', row.Parts)}";
        return CheckParts(text, row, ProfileForm)
            ?? row.Parts.Select(CheckSetting).FirstOrDefault(error => error is not null);
    }

    /// <summary>The error for a name that is neither a profile nor a feature.</summary>
    public static string Refuse(string name, IReadOnlyList<string> profiles) =>
        $"'{name}' is neither a profile ({string.Join(", ", profiles)}) nor a feature of ethtool -k"
        + Suggestion.For(name, [.. profiles, .. Settings]);

    /// <summary>The error for a stage that is no profile.</summary>
    public static string RefuseStage(string driver, string stage, IEnumerable<string> profiles) =>
        OffloadNames.Expand(stage) is not null
            && (OffloadNames.Find(stage) is not null || KernelFeatures.Known.Contains(stage))
            ? $"remediation.ladder of {driver}: '{stage}' is a setting, and a stage must be a profile: add one, as in"
                + $" remediation.profile my-{stage}={stage}"
            : $"remediation.ladder of {driver}: there is no profile '{stage}'{Suggestion.For(stage, profiles)};"
                + $" there are {string.Join(", ", profiles)}";

    private static IEnumerable<string> Settings =>
        OffloadNames.All.Select(offload => offload.Short).Concat(Words).Concat(KernelFeatures.Known);

    // The running kernel decides what a name means, and it may be newer than this program. But a name that is almost a
    // known one is a typing error, which would else show when the NIC hangs.
    private static string? CheckSetting(string setting)
    {
        if (Words.Contains(setting) || OffloadNames.Find(setting) is not null || KernelFeatures.Known.Contains(setting))
            return null;
        if (OffloadProfiles.All.Any(profile => profile.Name == setting))
            return $"'{setting}' is a profile: a profile is made of settings, as in careful=tso+gso";
        var meant = Suggestion.For(setting, Settings);
        return OffloadNames.Expand(setting) is null || meant.Length > 0
            ? $"'{setting}' is no setting{meant}: write eee, pause, a name of ethtool -K or the kernel's name of a"
                + " feature"
            : null;
    }

    private static string? CheckParts(string text, NamedList row, string form)
    {
        if (text.Contains(',', StringComparison.Ordinal))
            return $"'{text}' has a comma: {form}";
        if (row.Parts.Contains(""))
            return $"'{text}' lacks a name: {form}";
        return row.Parts.GroupBy(part => part).FirstOrDefault(group => group.Count() > 1) is { } twice
            ? $"'{text}' names '{twice.Key}' twice"
            : null;
    }

    /// <summary>True for a name that a profile can have.</summary>
    public static bool IsProfileName(string name) =>
        name.Length is > 0 and <= 32 && char.IsAsciiLetterLower(name[0])
        && name.All(character =>
            char.IsAsciiLetterLower(character) || char.IsAsciiDigit(character) || character == '-');
}
