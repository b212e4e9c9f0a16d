namespace NicHangExporter.Options;

/// <summary>The HTTP server.</summary>
internal sealed record WebOptions
{
    /// <summary>All addresses by default: a scrape changes nothing and shows no secret.</summary>
    public IReadOnlyList<ListenAddress> ListenAddresses { get; init; } = [ListenAddress.Default];

    /// <summary>The path of the metrics.</summary>
    public string TelemetryPath { get; init; } = "/metrics";

    /// <summary>
    /// A file in the format of Prometheus's exporter-toolkit: TLS, basic authentication, response headers. Null: plain
    /// text without authentication.
    /// </summary>
    public string? ConfigFile { get; init; }

    /// <summary>Host names that requests over loopback may be for, in addition to this machine's own names.</summary>
    public IReadOnlyList<string> AllowedHosts { get; init; } = [];
}
