namespace NicHangExporter.Options;

/// <summary>
/// Credentials and TLS settings of an HTTP client, as in Prometheus's http_config. The files are read for each request.
/// </summary>
internal sealed record HttpClientOptions
{
    /// <summary>The scheme of the header Authorization with <see cref="CredentialsFile"/>.</summary>
    public string AuthorizationType { get; init; } = "Bearer";

    /// <summary>A file with a token.</summary>
    public string? CredentialsFile { get; init; }

    /// <summary>The user of basic authentication.</summary>
    public string? Username { get; init; }

    /// <summary>A file with the password of <see cref="Username"/>.</summary>
    public string? PasswordFile { get; init; }

    /// <summary>A PEM file with the trusted CA certificates. Null: the system's.</summary>
    public string? CaFile { get; init; }

    /// <summary>A PEM file with the client certificate.</summary>
    public string? CertificateFile { get; init; }

    /// <summary>A PEM file with the key of <see cref="CertificateFile"/>.</summary>
    public string? KeyFile { get; init; }

    /// <summary>The name that the server's certificate must have. Null: the host of the URL.</summary>
    public string? ServerName { get; init; }

    public bool HasTls => CaFile is not null || CertificateFile is not null || ServerName is not null;
}
