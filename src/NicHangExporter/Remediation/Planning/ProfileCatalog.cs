using System.Collections.Immutable;
using NicHangExporter.Options;

namespace NicHangExporter.Remediation.Planning;

/// <summary>
/// Profiles and ladders as they are in force: the built-in tables, with the rows of <c>remediation.profile</c> and <c>remediation.ladder</c> in
/// place of those of the same name.
/// </summary>
internal sealed class ProfileCatalog
{
    private readonly ImmutableDictionary<string, OffloadProfile> _profiles;
    private readonly ImmutableDictionary<string, DriverLadder> _ladders;

    /// <summary>The catalogue of options that were checked (<see cref="ProfileValidator"/>).</summary>
    public ProfileCatalog(ExporterOptions options)
    {
        _profiles = OffloadProfiles.All.ToImmutableDictionary(profile => profile.Name)
            .SetItems(Rows(options.Remediation.Profiles).Select(row => KeyValuePair.Create(row.Name, new OffloadProfile(row.Name, row.Parts, "Of the configuration."))));
        _ladders = DriverLadders.All.ToImmutableDictionary(ladder => ladder.Driver)
            .SetItems(Rows(options.Remediation.Ladders).Select(row => KeyValuePair.Create(row.Name, (DriverLadders.Find(row.Name) ?? DriverLadder.Unknown) with { Driver = row.Name, Stages = row.Parts })));
    }

    /// <summary>The names of all profiles, in order.</summary>
    public IEnumerable<string> ProfileNames => _profiles.Keys.Order(StringComparer.Ordinal);

    /// <summary>The kernel's names of the features of all profiles: whatever a ladder can turn off is one of them.</summary>
    public IEnumerable<string> FeatureNames => _profiles.Values.SelectMany(profile => profile.Settings).SelectMany(setting => OffloadNames.Expand(setting) ?? []).Distinct();

    /// <summary>The profile of that name.</summary>
    public OffloadProfile? Profile(string name) => _profiles.GetValueOrDefault(name);

    /// <summary>The ladder of a driver.</summary>
    public DriverLadder? Ladder(string driver) => _ladders.GetValueOrDefault(driver);

    /// <summary>The kernel's names of all features of a profile or setting, with eee and pause among them; null for what is neither.</summary>
    public ImmutableArray<string>? Resolve(string profileOrSetting)
    {
        if (Profile(profileOrSetting) is { } profile)
            return [.. profile.Settings.SelectMany(setting => ResolveSetting(setting) ?? []).Distinct()];
        return ResolveSetting(profileOrSetting);
    }

    /// <summary>The settings of a stage of a driver's ladder, with those of the stages before it, as their profiles name them.</summary>
    public ImmutableArray<string> StageSettings(string driver, int stage) =>
        Ladder(driver) is { } ladder
            ? [.. ladder.Stages.Take(stage + 1).SelectMany(name => Profile(name)?.Settings ?? []).Distinct()]
            : [];

    /// <summary>Why a name that does not resolve is none, with what was probably meant; the end of a sentence.</summary>
    public string Refuse(string profileOrSetting) => ProfileValidator.Refuse(profileOrSetting, [.. ProfileNames]);

    /// <summary>What is wrong with a row of <c>remediation.ladder</c>, or null.</summary>
    public static string? CheckLadder(string text) => ProfileValidator.CheckLadder(text);

    /// <summary>What is wrong with a row of <c>remediation.profile</c>, or null.</summary>
    public static string? CheckProfile(string text) => ProfileValidator.CheckProfile(text);

    /// <summary>What is wrong between the rows: a ladder that names a profile which is nowhere.</summary>
    public static IEnumerable<string> CheckReferences(ExporterOptions options)
    {
        var catalogue = new ProfileCatalog(options);
        foreach (var ladder in Rows(options.Remediation.Ladders))
            foreach (var stage in ladder.Parts.Where(stage => catalogue.Profile(stage) is null))
                yield return ProfileValidator.RefuseStage(ladder.Name, stage, catalogue.ProfileNames);
    }

    private static ImmutableArray<string>? ResolveSetting(string setting) =>
        setting is RemediationPlan.Eee or RemediationPlan.Pause ? [setting] : OffloadNames.Expand(setting);

    private static IEnumerable<NamedList> Rows(IReadOnlyList<string> texts) => texts.Select(NamedList.Parse).OfType<NamedList>();
}
