namespace NicHangExporter.Options;

/// <summary>How log lines are written.</summary>
internal enum LogFormat
{
    /// <summary><c>key=value</c> pairs, as most Prometheus components write them.</summary>
    Logfmt,
    /// <summary>One JSON object a line.</summary>
    Json,
}

/// <summary>The log.</summary>
internal sealed record LoggingOptions
{
    /// <summary>The least severe level that is logged.</summary>
    public LogLevel Level { get; init; } = LogLevel.Information;

    public LogFormat Format { get; init; } = LogFormat.Logfmt;
}
