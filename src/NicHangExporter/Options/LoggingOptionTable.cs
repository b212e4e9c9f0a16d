using System.Collections.Immutable;

namespace NicHangExporter.Options;

/// <summary>The rows of <see cref="LoggingOptions"/>.</summary>
internal static class LoggingOptionTable
{
    private static readonly (string Name, LogLevel Level)[] Levels =
    [
        ("debug", LogLevel.Debug), ("info", LogLevel.Information), ("warn", LogLevel.Warning),
            ("error", LogLevel.Error),
    ];

    private static readonly OptionGroup<LoggingOptions> Group =
        new(options => options.Logging, (options, logging) => options with { Logging = logging });

    public static readonly ImmutableArray<OptionDefinition> Rows =
    [
        Group.Value("log.level", "LEVEL", "Log level: debug, info, warn or error.",
            group => Levels.First(level => level.Level == group.Level).Name, SetLevel),
        Group.Value("log.format", "FORMAT", "Log format: logfmt or json.",
            group => group.Format == LogFormat.Json ? "json" : "logfmt", SetFormat),
    ];

    private static OptionResult<LoggingOptions> SetLevel(LoggingOptions logging, IReadOnlyList<string> values)
    {
        var index = Array.FindIndex(Levels, level => level.Name == values[0]);
        return index < 0
            ? $"'{values[0]}' is no log level: write debug, info, warn or error"
            : logging with { Level = Levels[index].Level };
    }

    private static OptionResult<LoggingOptions> SetFormat(LoggingOptions logging, IReadOnlyList<string> values) =>
        values[0] is "logfmt" or "json"
            ? logging with { Format = values[0] == "json" ? LogFormat.Json : LogFormat.Logfmt }
            : $"'{values[0]}' is no log format: write logfmt or json";
}
