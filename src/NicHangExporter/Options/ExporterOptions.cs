namespace NicHangExporter.Options;

/// <summary>
/// All settings, with their defaults. <see cref="OptionTable"/> defines how each is written on the command line, in the
/// environment and in the configuration file, and which values it accepts.
/// </summary>
internal sealed record ExporterOptions
{
    public WebOptions Web { get; init; } = new();

    public ApiOptions Api { get; init; } = new();

    public PathOptions Paths { get; init; } = new();

    public DetectionOptions Detection { get; init; } = new();

    public EthtoolOptions Ethtool { get; init; } = new();

    public RemediationOptions Remediation { get; init; } = new();

    public AlertingOptions Alerting { get; init; } = new();

    public LoggingOptions Logging { get; init; } = new();

    public CollectorOptions Collectors { get; init; } = new();
}
