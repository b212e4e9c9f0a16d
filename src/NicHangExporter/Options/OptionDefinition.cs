using System.Collections.Immutable;

namespace NicHangExporter.Options;

/// <summary>How many values an option takes.</summary>
internal enum OptionKind
{
    /// <summary>Exactly one.</summary>
    Value,
    /// <summary>One or more; a source that sets it replaces the whole list of a source with lower precedence.</summary>
    List,
    /// <summary>true or false; as a flag, <c>--NAME</c> and <c>--no-NAME</c>.</summary>
    Switch,
}

/// <summary>Parses and checks the texts of an option, and sets it.</summary>
internal delegate OptionResult<T> OptionSetter<T>(T options, IReadOnlyList<string> values) where T : class;

/// <summary>One row of <see cref="OptionTable"/>.</summary>
/// <param name="Name">Dotted name.</param>
/// <param name="ValueName">The placeholder of the value in <c>--help</c>.</param>
/// <param name="Help">One sentence.</param>
/// <param name="Kind">How many values it takes.</param>
/// <param name="Show">The current value, as it would be written.</param>
/// <param name="Set">Parses, checks and sets the value.</param>
internal sealed record OptionDefinition(
    string Name, string ValueName, string Help, OptionKind Kind, Func<ExporterOptions, string> Show,
    OptionSetter<ExporterOptions> Set)
{
    /// <summary>The prefix of all environment variables.</summary>
    public const string EnvironmentPrefix = "NICHANG_";

    private static readonly ImmutableHashSet<string> Common =
    [
        "web.listen-address", "web.config.file", "state.directory", "remediation.local", "remediation.devices",
        "api.token-file", "remediation.api", "remediation.webhook", "alerting.alertmanagers", "collector.virtual",
        "log.level",
    ];

    /// <summary>True for an option of <c>--help</c>. Only <c>--help-all</c> shows the others.</summary>
    public bool IsCommon => Common.Contains(Name);

    /// <summary>
    /// True for a constant that hardly any host needs to change. The help and the documentation list it last.
    /// </summary>
    public bool IsAdvanced { get; init; }

    /// <summary>
    /// The key of <c>alerting.config.file</c> that replaces a deprecated option. Null: not deprecated.
    /// </summary>
    public string? Instead { get; init; }

    /// <summary>True for an option that the next release removes.</summary>
    public bool IsDeprecated => Instead is not null;

    /// <summary>The environment variable that sets it.</summary>
    public string EnvironmentName { get; } =
        EnvironmentPrefix + Name.ToUpperInvariant().Replace('.', '_').Replace('-', '_');
}

/// <summary>An option as one source sets it.</summary>
/// <param name="Name">The option's name.</param>
/// <param name="Values">The texts given, at least one.</param>
/// <param name="Origin">
/// The place, for an error: <c>--stall.window</c>, <c>NICHANG_STALL_WINDOW</c>, <c>config.yaml:12: stall.window</c>.
/// </param>
internal sealed record OptionSetting(string Name, IReadOnlyList<string> Values, string Origin);
