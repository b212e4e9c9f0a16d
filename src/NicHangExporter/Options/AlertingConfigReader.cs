using NicHangExporter.Linux;

namespace NicHangExporter.Options;

/// <summary>
/// Reads <c>alerting.config.file</c>: the parts <c>authorization</c>, <c>basic_auth</c> and <c>tls_config</c> of
/// Prometheus's http_config. Inline secrets and the other keys of http_config are errors.
/// </summary>
/// <param name="file">The file, for errors and as the base of relative paths.</param>
/// <param name="errors">Where errors go.</param>
internal sealed class AlertingConfigReader(string file, List<string> errors) : StrictYamlReader(file, errors)
{
    private const string Authorization = "authorization", BasicAuth = "basic_auth", Tls = "tls_config";

    // Keys of http_config that are refused, and what to write.
    private static readonly Dictionary<string, string> Refused = new()
    {
        ["authorization.credentials"] = "write the secret to a file and name it in 'authorization.credentials_file'",
        ["basic_auth.password"] = "write the secret to a file and name it in 'basic_auth.password_file'",
        ["basic_auth.username_file"] = "write 'basic_auth.username'",
        ["tls_config.ca"] = "write the certificate to a file and name it in 'tls_config.ca_file'",
        ["tls_config.cert"] = "write the certificate to a file and name it in 'tls_config.cert_file'",
        ["tls_config.key"] = "write the key to a file and name it in 'tls_config.key_file'",
        ["tls_config.insecure_skip_verify"] = "name the CA certificate in 'tls_config.ca_file'",
        ["tls_config.min_version"] = "remove it",
        ["tls_config.max_version"] = "remove it",
        ["bearer_token"] = "write 'authorization.credentials_file'",
        ["bearer_token_file"] = "write 'authorization.credentials_file'",
        ["oauth2"] = "write 'authorization' or 'basic_auth'",
        ["proxy_url"] = "remove it: no proxy is used",
        ["proxy_from_environment"] = "remove it: no proxy is used",
        ["no_proxy"] = "remove it: no proxy is used",
        ["proxy_connect_header"] = "remove it: no proxy is used",
        ["follow_redirects"] = "remove it: redirects are not followed",
        ["enable_http2"] = "remove it",
        ["http_headers"] = "remove it",
    };

    /// <returns>Null after an error.</returns>
    public HttpClientOptions? Read()
    {
        var before = Errors.Count;
        if (StrictYaml.ReadFile(File, Errors) is not { } root)
            return null;
        var known = Supported(root, "", [Authorization, BasicAuth, Tls]);
        var client = ReadTls(ReadBasicAuth(ReadAuthorization(new HttpClientOptions(), known), known), known);
        if (client is { CredentialsFile: not null, Username: not null })
            Error(known[BasicAuth].Line, "'authorization' and 'basic_auth' exclude each other: there is one header for "
                + "both");
        return Errors.Count == before ? client : null;
    }

    private HttpClientOptions ReadAuthorization(HttpClientOptions client, Dictionary<string, YamlEntry> root)
    {
        var before = Errors.Count;
        var known = Supported(Mapping(root, Authorization), "authorization.", ["type", "credentials_file"]);
        var file = PathOf(known, "authorization.", "credentials_file");
        var type = TextOf(known, "authorization.", "type") ?? client.AuthorizationType;
        if (type.Equals("Basic", StringComparison.OrdinalIgnoreCase))
            Error(known["type"].Line, "'authorization.type' must not be Basic: write 'basic_auth'");
        else if (!type.All(character => char.IsAsciiLetterOrDigit(character) || "!#$%&'*+-.^_`|~".Contains(character)))
            Error(known["type"].Line, "'authorization.type' is no scheme of HTTP authentication, such as Bearer");
        Require(before, root.GetValueOrDefault(Authorization), ("credentials_file", file is not null));
        return client with { AuthorizationType = type, CredentialsFile = file };
    }

    private HttpClientOptions ReadBasicAuth(HttpClientOptions client, Dictionary<string, YamlEntry> root)
    {
        var before = Errors.Count;
        var known = Supported(Mapping(root, BasicAuth), "basic_auth.", ["username", "password_file"]);
        var user = TextOf(known, "basic_auth.", "username");
        var password = PathOf(known, "basic_auth.", "password_file");
        if (user is not null && AlertingRules.CheckUser(user) is { } error)
            Error(known["username"].Line, $"'basic_auth.username': {error}");
        Require(before, root.GetValueOrDefault(BasicAuth),
            ("username", user is not null), ("password_file", password is not null));
        return client with { Username = user, PasswordFile = password };
    }

    private HttpClientOptions ReadTls(HttpClientOptions client, Dictionary<string, YamlEntry> root)
    {
        var known = Supported(Mapping(root, Tls), "tls_config.", ["ca_file", "cert_file", "key_file", "server_name"]);
        var certificate = PathOf(known, "tls_config.", "cert_file");
        var key = PathOf(known, "tls_config.", "key_file");
        var name = TextOf(known, "tls_config.", "server_name");
        if (certificate is null != key is null)
            Error((known.GetValueOrDefault("cert_file") ?? known["key_file"]).Line,
                "'tls_config.cert_file' and 'tls_config.key_file' need each other");
        if (name is not null && AlertingRules.CheckServerName(name) is { } error)
            Error(known["server_name"].Line, $"'tls_config.server_name': {error}");
        return client with
        {
            CaFile = PathOf(known, "tls_config.", "ca_file"),
            CertificateFile = certificate,
            KeyFile = key,
            ServerName = name,
        };
    }

    // The entries by key, without those that are refused.
    private Dictionary<string, YamlEntry> Supported(YamlMapping? mapping, string prefix, IReadOnlyList<string> keys)
    {
        if (mapping is null)
            return [];
        foreach (var entry in mapping.Entries)
            if (Refused.TryGetValue(prefix + entry.Key, out var instead))
                Error(entry.Line, $"'{prefix}{entry.Key}' is not supported: {instead}");
        var rest = mapping.Entries.Where(entry => !Refused.ContainsKey(prefix + entry.Key));
        return Known(new YamlMapping(mapping.Line, [.. rest]), prefix, keys);
    }

    private string? TextOf(Dictionary<string, YamlEntry> known, string prefix, string key) =>
        known.GetValueOrDefault(key) is { } entry && Text(entry, prefix) is { Length: > 0 } text ? text : null;

    private string? PathOf(Dictionary<string, YamlEntry> known, string prefix, string key)
    {
        if (TextOf(known, prefix, key) is not { } path)
            return null;
        if (!path.Contains('\0'))
            return FullPath(path);
        Error(known[key].Line, $"'{prefix}{key}' holds a NUL character");
        return null;
    }

    // Not after another error of the section: it may be the reason.
    private void Require(int before, YamlEntry? section, params ReadOnlySpan<(string Key, bool IsSet)> keys)
    {
        if (section?.Value is not YamlMapping { Entries.Count: > 0 } || Errors.Count > before)
            return;
        foreach (var (key, isSet) in keys)
            if (!isSet)
                Error(section.Line, $"'{section.Key}' needs {key}");
    }
}
