using System.Collections.Frozen;
using System.Collections.Immutable;
using System.Net.Security;
using System.Security.Authentication;
using NicHangExporter.Linux;

namespace NicHangExporter.Web;

/// <summary>
/// The settings of a file in exporter-toolkit's format. Not a record: it contains secrets, and a record can be printed.
/// </summary>
internal sealed class WebConfig
{
    /// <summary>TLS; null for plain text.</summary>
    public TlsSettings? Tls { get; init; }

    /// <summary>Headers of each answer.</summary>
    public ImmutableArray<KeyValuePair<string, string>> Headers { get; init; } = [];

    /// <summary>Users of basic authentication with their bcrypt hashes. Without users, no password is needed.</summary>
    public FrozenDictionary<string, string> Users { get; init; } = FrozenDictionary<string, string>.Empty;

    /// <summary>The rate limit; null for none.</summary>
    public RateLimit? RateLimit { get; init; }
}

/// <summary>The limit of requests.</summary>
/// <param name="Interval">The time until one more request is allowed.</param>
/// <param name="Burst">How many requests are allowed at the same time.</param>
internal sealed record RateLimit(TimeSpan Interval, int Burst);

/// <summary>The section <c>tls_server_config</c>.</summary>
internal sealed class TlsSettings
{
    /// <summary>The server's certificate and the intermediate ones.</summary>
    public required PemSource Certificate { get; init; }

    /// <summary>The certificate's private key.</summary>
    public required PemSource Key { get; init; }

    /// <summary>The authorities of clients' certificates; null for those of the system.</summary>
    public PemSource? ClientAuthorities { get; init; }

    public ClientAuthentication ClientAuthentication { get; init; }

    /// <summary>Names of which the client's certificate needs one; empty for any.</summary>
    public ImmutableArray<string> AllowedNames { get; init; } = [];

    /// <summary>TLS 1.2, 1.3 or both.</summary>
    public SslProtocols Protocols { get; init; }

    /// <summary>Suites for TLS 1.2 in order of preference; empty for OpenSSL's.</summary>
    public ImmutableArray<TlsCipherSuite> CipherSuites { get; init; } = [];
}

/// <summary>PEM text (RFC 7468), in a file or in the configuration itself.</summary>
/// <param name="where">File, line and key, for errors.</param>
/// <param name="path">The file; null for a text.</param>
/// <param name="text">The text; null for a file.</param>
internal sealed class PemSource(string where, string? path, string? text)
{
    public string Where { get; } = where;

    public string? Path { get; } = path;

    public string? Text { get; } = text;
}
