using System.Collections.Immutable;
using System.Net.Security;
using System.Security.Authentication;
using NicHangExporter.Linux;
using NicHangExporter.Options;
using NicHangExporter.Text;

namespace NicHangExporter.Web;

/// <summary>The section <c>tls_server_config</c>.</summary>
internal sealed partial class WebConfigReader
{
    private const string TlsPrefix = "tls_server_config.";

    private static readonly string[] TlsKeys =
    [
        "cert", "key", "client_ca", "cert_file", "key_file", "client_ca_file", "client_auth_type",
        "client_allowed_sans", "min_version", "max_version",
        "cipher_suites", "prefer_server_cipher_suites", "curve_preferences",
    ];

    private TlsSettings? Tls(YamlMapping? mapping)
    {
        var known = Known(mapping, TlsPrefix, TlsKeys);
        if (known.Count == 0)
            return null;
        var line = mapping!.Line;
        var before = Errors.Count;
        var certificate = Pem(known, "cert", "cert_file");
        var key = Pem(known, "key", "key_file");
        // Not for one that is present and wrong: that error is reported already.
        if ((certificate is null || key is null) && Errors.Count == before)
        {
            string[] missing =
            [
                .. certificate is null ? ["cert_file (or cert)"] : Array.Empty<string>(),
                .. key is null ? ["key_file (or key)"] : Array.Empty<string>(),
            ];
            Error(line, $"'tls_server_config' needs {string.Join(" and ", missing)}");
        }
        var authorities = Pem(known, "client_ca", "client_ca_file");
        var client = Client(known, authorities);
        var names = AllowedNames(known, client);
        var protocols = Protocols(known);
        var suites = Suites(known);
        // Go ignores it since 1.17, and so does exporter-toolkit: the server's order applies.
        Switch(known, TlsPrefix, "prefer_server_cipher_suites", true);
        if (Texts(known, "curve_preferences") is { Length: > 0 })
            Error(known["curve_preferences"].Line,
                "'tls_server_config.curve_preferences' is not supported by this program: .NET leaves the curves to "
                + "OpenSSL (X25519, P-256, P-384, …). Remove it, or set Groups in openssl.cnf");
        return certificate is null || key is null ? null : new TlsSettings
        {
            Certificate = certificate,
            Key = key,
            ClientAuthorities = authorities,
            ClientAuthentication = client,
            AllowedNames = names,
            Protocols = protocols,
            CipherSuites = suites,
        };
    }

    private PemSource? Pem(Dictionary<string, YamlEntry> known, string inline, string file)
    {
        var text = known.GetValueOrDefault(inline) is { } given ? Text(given, TlsPrefix) : null;
        var name = known.GetValueOrDefault(file) is { } named ? Text(named, TlsPrefix) : null;
        if (!string.IsNullOrEmpty(text) && !string.IsNullOrEmpty(name))
            Error(known[file].Line, $"'{TlsPrefix}{file}' and '{TlsPrefix}{inline}' are both set: one is enough");
        if (!string.IsNullOrEmpty(name))
        {
            if (name.Contains('\0'))
            {
                Error(known[file].Line, $"'{TlsPrefix}{file}' holds a NUL character");
                return null;
            }
            return new PemSource($"{File}:{known[file].Line}: {TlsPrefix}{file}", FullPath(name), null);
        }
        return string.IsNullOrEmpty(text)
            ? null
            : new PemSource($"{File}:{known[inline].Line}: {TlsPrefix}{inline}", null, text);
    }

    private ClientAuthentication Client(Dictionary<string, YamlEntry> known, PemSource? authorities)
    {
        var policy = ClientAuthentication.NoClientCert;
        if (known.GetValueOrDefault("client_auth_type") is { } entry && Text(entry, TlsPrefix) is { Length: > 0 } text)
        {
            // RequireClientCert is the toolkit's old name.
            var name = text == "RequireClientCert" ? nameof(ClientAuthentication.RequireAnyClientCert) : text;
            if (!Enum.GetNames<ClientAuthentication>().Contains(name))
            {
                var names = Enum.GetNames<ClientAuthentication>();
                Error(entry.Line,
                    $"'{TlsPrefix}client_auth_type' must be one of "
                    + $"{string.Join(", ", names)}{Suggestion.For(text, names)}");
                return policy;
            }
            policy = Enum.Parse<ClientAuthentication>(name);
            if (policy == ClientAuthentication.RequireAndVerifyClientCert && authorities is null)
                Error(entry.Line,
                    $"'{TlsPrefix}client_auth_type' RequireAndVerifyClientCert needs client_ca_file: without one, a "
                    + "certificate of any public authority would do");
        }
        if (policy == ClientAuthentication.NoClientCert && authorities is not null)
            Error((known.GetValueOrDefault("client_ca_file") ?? known["client_ca"]).Line,
                $"'{TlsPrefix}client_ca_file' is of no use without a client_auth_type that asks for a certificate: "
                + "write RequireAndVerifyClientCert");
        return policy;
    }

    private ImmutableArray<string> AllowedNames(Dictionary<string, YamlEntry> known, ClientAuthentication client)
    {
        if (!known.TryGetValue("client_allowed_sans", out var entry))
            return [];
        var before = Errors.Count;
        var names = Texts(known, "client_allowed_sans");
        if (Errors.Count > before)
            return [];
        if (names.IsEmpty)
            Error(entry.Line,
                $"'{TlsPrefix}client_allowed_sans' is empty: nobody would be let in; remove it to let everybody in "
                + "whose certificate is good");
        else if (client is not (
            ClientAuthentication.RequireAnyClientCert or ClientAuthentication.RequireAndVerifyClientCert))
            Error(entry.Line,
                $"'{TlsPrefix}client_allowed_sans' needs client_auth_type RequireAndVerifyClientCert (or "
                + "RequireAnyClientCert): otherwise a client may come without a certificate");
        return names;
    }

    private SslProtocols Protocols(Dictionary<string, YamlEntry> known)
    {
        var least = Version(known, "min_version", SslProtocols.Tls12);
        var most = Version(known, "max_version", SslProtocols.Tls13);
        if (least > most)
            Error(known["min_version"].Line, $"'{TlsPrefix}min_version' is higher than max_version");
        return least | most;
    }

    private SslProtocols Version(Dictionary<string, YamlEntry> known, string key, SslProtocols otherwise)
    {
        if (!known.TryGetValue(key, out var entry) || Text(entry, TlsPrefix) is not { Length: > 0 } text)
            return otherwise;
        switch (text)
        {
            case "TLS12": return SslProtocols.Tls12;
            case "TLS13": return SslProtocols.Tls13;
            case "TLS10" or "TLS11":
                Error(entry.Line,
                    $"'{TlsPrefix}{key}' {text} is not supported by this program: TLS 1.2 is the lowest version that "
                    + "it speaks (RFC 8996)");
                return otherwise;
            default:
                Error(entry.Line, $"'{TlsPrefix}{key}' must be TLS12 or TLS13");
                return otherwise;
        }
    }

    private ImmutableArray<TlsCipherSuite> Suites(Dictionary<string, YamlEntry> known)
    {
        var names = Texts(known, "cipher_suites");
        if (names.IsEmpty)
            return [];
        var line = known["cipher_suites"].Line;
        var suites = ImmutableArray.CreateBuilder<TlsCipherSuite>();
        foreach (var name in names)
            if (CipherSuites.Parse(name) is { } suite)
                suites.Add(suite);
            else
                Error(line, $"'{TlsPrefix}cipher_suites': '{name}' is unknown, or too weak to be "
                    + $"used{Suggestion.For(name, CipherSuites.Tls12.Select(known => known.ToString()))}");
        return suites.ToImmutable();
    }

    private ImmutableArray<string> Texts(Dictionary<string, YamlEntry> known, string key)
    {
        if (!known.TryGetValue(key, out var entry) || entry.Value is YamlScalar { Text: "" })
            return [];
        if (entry.Value is YamlSequence { Items: var items }
            && items.All(item => item is YamlScalar { Text.Length: > 0 }))
            return [.. items.Cast<YamlScalar>().Select(item => item.Text)];
        Error(entry.Line, $"'{TlsPrefix}{key}' must be a list of values");
        return [];
    }
}
