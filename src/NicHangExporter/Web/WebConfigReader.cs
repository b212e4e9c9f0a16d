using System.Collections.Frozen;
using System.Collections.Immutable;
using System.Globalization;
using NicHangExporter.Linux;
using NicHangExporter.Options;
using NicHangExporter.Remediation;
using NicHangExporter.Text;

namespace NicHangExporter.Web;

/// <summary>
/// Reads the format of Prometheus's exporter-toolkit (its docs/web-configuration.md). It reports all errors with their
/// lines, and never a value that may be a secret. Settings of the format that this program does not support are errors:
/// ignored, they would look like protection.
/// </summary>
/// <param name="path">The file, for errors, and as the start of relative paths.</param>
/// <param name="errors">Receives the errors.</param>
internal sealed partial class WebConfigReader(string path, List<string> errors) : StrictYamlReader(path, errors)
{
    // exporter-toolkit allows no other header, and no other values of these.
    private static readonly (string Name, string[] Values)[] KnownHeaders =
    [
        ("Strict-Transport-Security", []), ("X-Content-Type-Options", ["nosniff"]),
        ("X-Frame-Options", ["deny", "sameorigin"]), ("X-XSS-Protection", []),
        ("Content-Security-Policy", []),
    ];

    private static readonly string[] True = ["true", "True", "TRUE", "yes", "Yes", "YES", "on", "On", "ON", "y", "Y"];
    private static readonly string[] False = ["false", "False", "FALSE", "no", "No", "NO", "off", "Off", "OFF", "n",
        "N"];

    /// <summary>Reads a text; null after an error.</summary>
    public WebConfig? Read(string text)
    {
        var before = Errors.Count;
        var config = StrictYaml.Read(File, text, Errors) is { } root ? Root(root) : null;
        return Errors.Count == before ? config : null;
    }

    private WebConfig Root(YamlMapping root)
    {
        var known = Known(root, "", ["tls_server_config", "http_server_config", "basic_auth_users", "rate_limit"]);
        var http = Known(Mapping(known, "http_server_config"), "http_server_config.", ["http2", "headers"]);
        // Without effect: the server speaks only HTTP/1.1, which every client of HTTP/2 speaks, too.
        Switch(http, "http_server_config.", "http2", true);
        return new WebConfig
        {
            Tls = Tls(Mapping(known, "tls_server_config")),
            Headers = Headers(Mapping(http, "headers", "http_server_config.")),
            Users = Users(Mapping(known, "basic_auth_users")),
            RateLimit = Limit(Mapping(known, "rate_limit")),
        };
    }

    private ImmutableArray<KeyValuePair<string, string>> Headers(YamlMapping? mapping)
    {
        const string Prefix = "http_server_config.headers.";
        var headers = ImmutableArray.CreateBuilder<KeyValuePair<string, string>>();
        foreach (var (name, entry) in Known(mapping, Prefix, [.. KnownHeaders.Select(header => header.Name)]))
            if (Text(entry, Prefix) is { Length: > 0 } value)
                if (value.AsSpan().ContainsAnyExceptInRange(' ', '~'))
                    Error(entry.Line,
                        $"'{Prefix}{name}' holds characters that no header can have: write printable ASCII on one "
                        + "line");
                else if (KnownHeaders.Single(header => header.Name == name).Values is { Length: > 0 } values
                    && !values.Contains(value))
                    Error(entry.Line, $"'{Prefix}{name}' must be {string.Join(" or ", values)}");
                else
                    headers.Add(new KeyValuePair<string, string>(name, value));
        return headers.ToImmutable();
    }

    private FrozenDictionary<string, string> Users(YamlMapping? mapping)
    {
        var users = new Dictionary<string, string>();
        foreach (var entry in mapping?.Entries ?? [])
            if (entry.Key.Length == 0 || entry.Key.Contains(':') || entry.Key.Any(char.IsControl))
                Error(entry.Line,
                    "a user of basic_auth_users can't log in: a name is not empty, and holds neither a colon nor a "
                    + "control character");
            else if (users.ContainsKey(entry.Key))
                Error(entry.Line, $"'basic_auth_users.{entry.Key}' is set twice");
            else if (Text(entry, "basic_auth_users.") is not { } hash)
                users[entry.Key] = "";
            else if (PasswordHash.Check(hash) is { } error)
                Error(entry.Line, $"'basic_auth_users.{entry.Key}' {error}");
            else
                users[entry.Key] = hash;
        return users.ToFrozenDictionary();
    }

    private RateLimit? Limit(YamlMapping? mapping)
    {
        const string Prefix = "rate_limit.";
        var known = Known(mapping, Prefix, ["interval", "burst"]);
        var interval = TimeSpan.Zero;
        if (known.GetValueOrDefault("interval") is { } entry && Text(entry, Prefix) is { Length: > 0 } text
            && text != "0" && !PrometheusDuration.TryParse(text, out interval))
            Error(entry.Line,
                "'rate_limit.interval' is no duration: write a number and a unit, as in 1s or 500ms, or 0 for no "
                + "limit");
        var burst = 0;
        if (known.GetValueOrDefault("burst") is { } number && Text(number, Prefix) is { Length: > 0 } digits
            && !int.TryParse(digits, NumberStyles.None, CultureInfo.InvariantCulture, out burst))
            Error(number.Line, "'rate_limit.burst' is no whole number");
        else if (interval > TimeSpan.Zero && burst < 1)
            Error(mapping!.Line, "'rate_limit.burst' must be at least 1: with less, nothing would ever be answered");
        return interval > TimeSpan.Zero ? new RateLimit(interval, burst) : null;
    }

    private bool Switch(Dictionary<string, YamlEntry> known, string prefix, string key, bool otherwise)
    {
        if (!known.TryGetValue(key, out var entry) || Text(entry, prefix) is not { Length: > 0 } text)
            return otherwise;
        // The words of YAML 1.1, which exporter-toolkit reads.
        if (True.Contains(text))
            return true;
        if (!False.Contains(text))
            Error(entry.Line, $"'{prefix}{key}' is neither true nor false");
        return false;
    }
}
