namespace NicHangExporter.Options;

/// <summary>How hang episodes are pushed to Alertmanagers.</summary>
internal sealed record AlertingOptions
{
    /// <summary>The Alertmanagers' URLs. Empty: nothing is pushed.</summary>
    public IReadOnlyList<Uri> Alertmanagers { get; init; } = [];

    /// <summary>Additional labels of pushed alerts, as in <c>cluster=lab</c>.</summary>
    public IReadOnlyList<string> Labels { get; init; } = [];

    /// <summary>A file with credentials and TLS settings, in the form of Prometheus's http_config.</summary>
    public string? ConfigFile { get; init; }

    /// <summary>Credentials and TLS settings of the deprecated options.</summary>
    public HttpClientOptions Deprecated { get; init; } = new();

    /// <summary>
    /// The content of <see cref="ConfigFile"/>. Null until <see cref="AlertingConfigFile"/> has read it.
    /// </summary>
    public HttpClientOptions? FromFile { get; init; }

    /// <summary>Credentials and TLS settings of requests.</summary>
    public HttpClientOptions HttpClient => FromFile ?? Deprecated;

    /// <summary>The timeout of a request. If it is long, an Alertmanager that hangs delays its next push.</summary>
    public TimeSpan Timeout { get; init; } = TimeSpan.FromSeconds(5);
}
