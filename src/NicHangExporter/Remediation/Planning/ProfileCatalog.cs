using System.Collections.Immutable;
using NicHangExporter.Options;

namespace NicHangExporter.Remediation.Planning;

/// <summary>
/// The profiles and ladders in force: the built-in tables, in which <c>remediation.profile</c> and
/// <c>remediation.ladder</c> add rows or replace those of the same name.
/// </summary>
internal sealed class ProfileCatalog
{
    private readonly ImmutableDictionary<string, OffloadProfile> _profiles;
    private readonly ImmutableDictionary<string, DriverLadder> _ladders;

    /// <summary>The options must have passed <see cref="ProfileValidator"/>.</summary>
    public ProfileCatalog(ExporterOptions options)
    {
        _profiles = OffloadProfiles.All.ToImmutableDictionary(profile => profile.Name)
            .SetItems(Rows(options.Remediation.Profiles).Select(row =>
                KeyValuePair.Create(row.Name, new OffloadProfile(row.Name, row.Parts, "Of the configuration."))));
        _ladders = DriverLadders.All.ToImmutableDictionary(ladder => ladder.Driver)
            .SetItems(Rows(options.Remediation.Ladders).Select(row => KeyValuePair.Create(row.Name,
                (DriverLadders.Find(row.Name) ?? DriverLadder.Unknown) with
                {
                    Driver = row.Name,
                    Stages = row.Parts
                })));
    }

    /// <summary>The names of all profiles, in order.</summary>
    public IEnumerable<string> ProfileNames => _profiles.Keys.Order(StringComparer.Ordinal);

    /// <summary>The kernel's names of the features of all profiles: everything that a ladder can turn off.</summary>
    public IEnumerable<string> FeatureNames => _profiles.Values
        .SelectMany(profile => profile.Settings)
        .SelectMany(setting => OffloadNames.Expand(setting) ?? [])
        .Distinct();

    public OffloadProfile? Profile(string name) => _profiles.GetValueOrDefault(name);

    public DriverLadder? Ladder(string driver) => _ladders.GetValueOrDefault(driver);

    /// <summary>
    /// The settings of a profile, or of one setting, by the kernel's names, eee and pause; null if it is neither.
    /// </summary>
    public ImmutableArray<string>? Resolve(string profileOrSetting)
    {
        if (Profile(profileOrSetting) is { } profile)
            return [.. profile.Settings.SelectMany(setting => ResolveSetting(setting) ?? []).Distinct()];
        return ResolveSetting(profileOrSetting);
    }

    /// <summary>
    /// The settings of a stage of a driver's ladder and of those before it, by the names in the profiles.
    /// </summary>
    public ImmutableArray<string> StageSettings(string driver, int stage) =>
        Ladder(driver) is { } ladder
            ? [.. ladder.Stages.Take(stage + 1).SelectMany(name => Profile(name)?.Settings ?? []).Distinct()]
            : [];

    /// <summary>The message for a name that does not resolve, with a suggestion.</summary>
    public string Refuse(string profileOrSetting) => ProfileValidator.Refuse(profileOrSetting, [.. ProfileNames]);

    /// <summary>The errors between the rows: a ladder that names a profile which does not exist.</summary>
    public static IEnumerable<string> CheckReferences(ExporterOptions options)
    {
        var catalog = new ProfileCatalog(options);
        foreach (var ladder in Rows(options.Remediation.Ladders))
            foreach (var stage in ladder.Parts.Where(stage => catalog.Profile(stage) is null))
                yield return ProfileValidator.RefuseStage(ladder.Name, stage, catalog.ProfileNames);
    }

    private static ImmutableArray<string>? ResolveSetting(string setting) =>
        setting is DeviceSettings.Eee or DeviceSettings.Pause ? [setting] : OffloadNames.Expand(setting);

    private static IEnumerable<NamedList> Rows(IReadOnlyList<string> texts) =>
        texts.Select(NamedList.Parse).OfType<NamedList>();
}
