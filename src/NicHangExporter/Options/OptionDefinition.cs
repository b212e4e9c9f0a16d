using System.Collections.Immutable;

namespace NicHangExporter.Options;

/// <summary>How many values an option takes.</summary>
internal enum OptionKind
{
    /// <summary>Exactly one.</summary>
    Value,
    /// <summary>One or more; a source that sets it replaces the whole list of a lesser source.</summary>
    List,
    /// <summary>true or false; as a flag, <c>--NAME</c> and <c>--no-NAME</c>.</summary>
    Switch,
}

/// <summary>Sets an option from its text.</summary>
/// <returns>Null, or what is wrong and what would be right, as the end of a sentence that names the option.</returns>
internal delegate string? OptionSetter(ExporterOptions options, IReadOnlyList<string> values);

/// <summary>One row of <see cref="OptionTable"/>.</summary>
/// <param name="Name">Dotted name.</param>
/// <param name="ValueName">What stands for the value in <c>--help</c>.</param>
/// <param name="Help">One sentence.</param>
/// <param name="Kind">How many values it takes.</param>
/// <param name="Show">The value in force, as it would be written.</param>
/// <param name="Set">Parses, checks and sets.</param>
internal sealed record OptionDefinition(
    string Name, string ValueName, string Help, OptionKind Kind, Func<ExporterOptions, string> Show, OptionSetter Set)
{
    /// <summary>The prefix of all environment variables.</summary>
    public const string EnvironmentPrefix = "NICHANG_";

    private static readonly ImmutableHashSet<string> Common =
    [
        "web.listen-address", "web.config.file", "state.directory", "remediation.local", "remediation.devices",
        "api.token-file", "remediation.api", "remediation.webhook", "alerting.alertmanagers", "collector.virtual",
        "log.level",
    ];

    /// <summary>True for an option of <c>--help</c>; the others are shown by <c>--help-all</c> alone.</summary>
    public bool IsCommon => Common.Contains(Name);

    /// <summary>The environment variable that sets it.</summary>
    public string EnvironmentName { get; } = EnvironmentPrefix + Name.ToUpperInvariant().Replace('.', '_').Replace('-', '_');
}

/// <summary>What one source says of one option.</summary>
/// <param name="Name">The option's name.</param>
/// <param name="Values">The texts given, at least one.</param>
/// <param name="Origin">Where it stands, for an error: <c>--stall.window</c>, <c>NICHANG_STALL_WINDOW</c>, <c>config.yaml:12: stall.window</c>.</param>
internal sealed record OptionSetting(string Name, IReadOnlyList<string> Values, string Origin);
