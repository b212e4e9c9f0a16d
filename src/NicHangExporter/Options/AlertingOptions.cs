namespace NicHangExporter.Options;

/// <summary>How hang episodes are pushed to Alertmanagers.</summary>
internal sealed record AlertingOptions
{
    /// <summary>The Alertmanagers' URLs. Empty: nothing is pushed.</summary>
    public IReadOnlyList<Uri> Alertmanagers { get; init; } = [];

    /// <summary>Additional labels of pushed alerts, as in <c>cluster=lab</c>.</summary>
    public IReadOnlyList<string> Labels { get; init; } = [];

    /// <summary>A file with the bearer token.</summary>
    public string? BearerTokenFile { get; init; }

    /// <summary>The user of basic authentication.</summary>
    public string? BasicAuthUser { get; init; }

    /// <summary>A file with that user's password.</summary>
    public string? BasicAuthPasswordFile { get; init; }

    /// <summary>A PEM file with the trusted CA certificates. Null: the system's.</summary>
    public string? CaFile { get; init; }

    /// <summary>A PEM file with the client certificate.</summary>
    public string? CertificateFile { get; init; }

    /// <summary>A PEM file with the key of <see cref="CertificateFile"/>.</summary>
    public string? KeyFile { get; init; }

    /// <summary>The name that the Alertmanagers' certificates must have. Null: the host of the URL.</summary>
    public string? ServerName { get; init; }

    /// <summary>The timeout of a request. If it is long, an Alertmanager that hangs delays the next push to it.</summary>
    public TimeSpan Timeout { get; init; } = TimeSpan.FromSeconds(5);
}
