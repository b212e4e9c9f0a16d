using System.Collections.Frozen;
using System.Collections.Immutable;
using System.Net.Security;
using System.Security.Authentication;

namespace NicHangExporter.Web;

/// <summary>
/// What a file of exporter-toolkit's format asks for. Not a record: it holds secrets, and is never printed.
/// </summary>
internal sealed class WebConfig
{
    /// <summary>TLS; null for plain text.</summary>
    public TlsSettings? Tls { get; init; }

    /// <summary>Headers of every answer.</summary>
    public ImmutableArray<KeyValuePair<string, string>> Headers { get; init; } = [];

    /// <summary>
    /// Users of basic authentication and the bcrypt hash of each one's password; empty: everybody is let in.
    /// </summary>
    public FrozenDictionary<string, string> Users { get; init; } = FrozenDictionary<string, string>.Empty;

    /// <summary>The limit of requests; null for none.</summary>
    public RateLimit? RateLimit { get; init; }
}

/// <summary>How many requests are answered.</summary>
/// <param name="Interval">The time in which one more may come.</param>
/// <param name="Burst">How many may come at once.</param>
internal sealed record RateLimit(TimeSpan Interval, int Burst);

/// <summary>The section <c>tls_server_config</c>.</summary>
internal sealed class TlsSettings
{
    /// <summary>The server's certificate, and those between it and the root.</summary>
    public required PemSource Certificate { get; init; }

    /// <summary>Its private key.</summary>
    public required PemSource Key { get; init; }

    /// <summary>The authorities of clients' certificates; null for those that the system trusts.</summary>
    public PemSource? ClientAuthorities { get; init; }

    /// <summary>What is asked of clients.</summary>
    public ClientAuthentication ClientAuthentication { get; init; }

    /// <summary>One of these must be in the client's certificate; empty: any.</summary>
    public ImmutableArray<string> AllowedNames { get; init; } = [];

    /// <summary>TLS 1.2, 1.3 or both.</summary>
    public SslProtocols Protocols { get; init; }

    /// <summary>Suites for TLS 1.2 in order of preference; empty for OpenSSL's.</summary>
    public ImmutableArray<TlsCipherSuite> CipherSuites { get; init; } = [];
}

/// <summary>Text in the form of RFC 7468: in a file, or in the configuration itself.</summary>
/// <param name="where">File, line and key, for a complaint.</param>
/// <param name="path">The file; null where the text is given.</param>
/// <param name="text">The text; null where a file is named.</param>
internal sealed class PemSource(string where, string? path, string? text)
{
    public string Where { get; } = where;

    public string? Path { get; } = path;

    public string? Text { get; } = text;
}
