using System.Collections.Immutable;

namespace NicHangExporter.Options;

/// <summary>The rows of <see cref="WebOptions"/> and <see cref="ApiOptions"/>.</summary>
internal static class WebOptionTable
{
    private static readonly OptionGroup<WebOptions> WebGroup =
        new(options => options.Web, (options, web) => options with { Web = web });

    private static readonly OptionGroup<ApiOptions> ApiGroup =
        new(options => options.Api, (options, api) => options with { Api = api });

    public static readonly ImmutableArray<OptionDefinition> Web =
    [
        WebGroup.List("web.listen-address", "ADDRESS",
            "Address to listen on: :PORT, IP:PORT or [IPv6]:PORT. Repeatable.",
            web => web.ListenAddresses, SetListenAddresses),
        WebGroup.Value("web.telemetry-path", "PATH", "Path under which metrics are served.",
            web => web.TelemetryPath, SetTelemetryPath),
        WebGroup.File("web.config.file",
            "File with TLS, basic authentication and response headers, in the format of Prometheus's exporter-toolkit.",
            web => web.ConfigFile, (web, path) => web with { ConfigFile = path }),
        WebGroup.List("web.allowed-hosts", "NAME",
            "Host name to accept in requests over loopback, besides localhost, addresses and the machine's own name. "
                + "Repeatable.",
            CheckAllowedHost, web => web.AllowedHosts, (web, values) => web with { AllowedHosts = values }),
    ];

    public static readonly ImmutableArray<OptionDefinition> Api =
    [
        ApiGroup.List("api.token-file", "NAME:SCOPE=PATH",
            "API user, its scope (read, remediate or admin) and the file with its bearer token. Repeatable. Without "
                + "one there is no API.",
            api => api.TokenFiles, SetTokenFiles),
        ApiGroup.Switch("api.allow-plaintext",
            "Accept API requests that change something from other machines without TLS. The token is then sent in "
                + "clear text.",
            api => api.AllowPlaintext, (api, on) => api with { AllowPlaintext = on }),
    ];

    public static readonly OptionDefinition Identities = ApiGroup.List("api.identities", "NAME",
        "Name of this host in the labels instance, node or nodename of alerts, with or without the listen port. "
            + "Repeatable. Default: the host name.",
        CheckIdentity, api => api.Identities, (api, values) => api with { Identities = values });

    private static OptionResult<WebOptions> SetListenAddresses(WebOptions web, IReadOnlyList<string> values)
    {
        var addresses = new List<ListenAddress>();
        foreach (var value in values)
        {
            if (!ListenAddress.TryParse(value, out var address))
                return $"'{value}' is no listen address: write :PORT, IP:PORT or [IPv6]:PORT, as in 127.0.0.1:19642";
            if (address.Port != 0 && addresses.Contains(address))
                return $"'{value}' is given twice";
            addresses.Add(address);
        }
        return web with { ListenAddresses = [.. addresses] };
    }

    private static OptionResult<WebOptions> SetTelemetryPath(WebOptions web, IReadOnlyList<string> values)
    {
        var path = values[0];
        var isTaken = path.Contains("//", StringComparison.Ordinal)
            || path.StartsWith("/-/", StringComparison.Ordinal)
            || path.StartsWith("/api/", StringComparison.OrdinalIgnoreCase);
        if (path.Length < 2 || path[0] != '/' || isTaken || path.Split('/').Any(segment => segment is "." or "..")
            || path.Any(character => !char.IsAsciiLetterOrDigit(character) && !"/-._~".Contains(character)))
            return $"'{path}' is no path for metrics: write a slash and letters, as in /metrics; /, /-/ and /api/ are "
                + "taken";
        return web with { TelemetryPath = path };
    }

    private static string? CheckAllowedHost(string value) => Uri.CheckHostName(value) == UriHostNameType.Dns
        ? null
        : $"'{value.ReplaceLineEndings(" ")}' is no host name: write it without scheme and port, as in nic.example.net";

    private static OptionResult<ApiOptions> SetTokenFiles(ApiOptions api, IReadOnlyList<string> values)
    {
        var files = new List<TokenFile>();
        foreach (var value in values)
        {
            if (TokenFile.TryParse(value, out var file) is { } error)
                return error;
            if (files.Any(other => other.Credential.Name == file!.Credential.Name))
                return $"the name '{file!.Credential.Name}' is given twice";
            files.Add(file!);
        }
        return api with { TokenFiles = [.. files] };
    }

    // An empty name would match every alert whose label is empty.
    private static string? CheckIdentity(string value) =>
        string.IsNullOrWhiteSpace(value) || value.Any(char.IsControl) || value.Trim() != value
            ? $"'{value.ReplaceLineEndings(" ")}' is no name of a host: write it as the labels of the alerts have it, "
                + "as in pve1 or pve1:19642"
            : null;
}
