using System.Collections.Immutable;
using System.Globalization;

namespace NicHangExporter.Tests.Api.Wire;

/// <summary>The requests whose answers are on record, in the order in which they are sent.</summary>
internal static class WireCases
{
    /// <summary>Method, path and a body that is right for the route; null for none.</summary>
    public static readonly ImmutableArray<(string Method, string Path, string? Body)> Routes =
    [
        ("GET", "/api/v1/remediations", null),
        ("POST", "/api/v1/remediations", """{"device":"eno1","features":["tso"]}"""),
        ("GET", "/api/v1/remediations/r1-1", null),
        ("GET", "/api/v1/devices", null),
        ("GET", "/api/v1/devices/eno1", null),
        ("GET", "/api/v1/devices/0000:00:1f.6", null),
        ("GET", "/api/v1/devices/eno9", null),
        ("POST", "/api/v1/devices/eno1/rollback", null),
        ("POST", "/api/v1/devices/eno1/persist", """{"dryRun":true}"""),
        ("POST", "/api/v1/devices/eno1/unpersist", null),
        ("GET", "/api/v1/persisted", null),
        ("GET", "/api/v1/episodes", null),
        ("GET", "/api/v1/episodes/20260101T000000Z-eno1", null),
        ("POST", "/api/v1/quarantine/eno1/clear", null),
        ("POST", "/api/v1/pause", null),
        ("DELETE", "/api/v1/pause", null),
        ("POST", "/api/v1/alertmanager", """{"version":"4","alerts":[]}"""),
    ];

    private static readonly string[] Pages = ["/", "/metrics", "/-/healthy", "/-/ready", "/nowhere", "/api", "/-/"];

    /// <summary>What is asked of a program with an API.</summary>
    public static IEnumerable<string> OfTheApi()
    {
        foreach (var (method, path, body) in Routes)
        {
            yield return Request(method, path, body, null);
            yield return Request(method, path, body, "Bearer " + new string('x', 40));
            yield return Request(method, path, body, "Basic YTpi");
            yield return Request(method, path, body, "Bearer");
            yield return Request(method, path, body,
                Bearer(WireHost.Read) + "\r\nAuthorization: " + Bearer(WireHost.Read));
            foreach (var token in new[] { WireHost.Read, WireHost.Remediate, WireHost.Admin })
                yield return Request(method, path, body, Bearer(token));
            foreach (var other in new[] { "HEAD", "PUT", "PATCH", "OPTIONS", "TRACE", "GET", "POST", "DELETE",
                method.ToLowerInvariant(), "Unknown" })
                if (other != method)
                    yield return Request(other, path, null, Bearer(WireHost.Admin));
            yield return Request("PUT", path, null, null);
            yield return Request(method, path + "?", body, Bearer(WireHost.Admin));
            yield return Request(method, path + "?a=1", body, Bearer(WireHost.Admin));
            yield return Request(method, path + "?limit=1&limit=2", body, Bearer(WireHost.Admin));
            foreach (var wrong in new[] { path + "/", path + "//", "/" + path,
                path.Replace("/v1/", "/V1/", StringComparison.Ordinal), path + "/x", path + "%2f" })
                yield return Request(method, wrong, body, Bearer(WireHost.Admin));
            yield return Request(method, path + "/", body, null);
            foreach (var right in new[] { path.Replace("/v1/", "/%761/", StringComparison.Ordinal),
                path.Replace("/v1/", "/x/../v1/./", StringComparison.Ordinal) })
                yield return Request(method, right, body, Bearer(WireHost.Read));
            yield return Request(method, "http://localhost" + path, body, Bearer(WireHost.Read));
            yield return Request(method, "http://localhost" + path + "/", body, Bearer(WireHost.Read));
            yield return Request(method, path, body, Bearer(WireHost.Read), version: "1.0");
            yield return Request(method, path, body, Bearer(WireHost.Admin), "Origin: https://evil.example");
            yield return Request(method, path, body, null, "Sec-Fetch-Site: cross-site");
            yield return Request(method, path, body, Bearer(WireHost.Admin), "Host: evil.example");
            foreach (var refused in Bodies(method, path))
                yield return refused;
        }
        foreach (var path in new[] { "/api/", "/api/v1", "/api/v1/", "/api/v1/nowhere", "/api/v2/devices", "/api//",
            "/api/v1/devices/%00", "/api/v1/devices/a%2fb", "/api/v1/devices/caf%c3%a9", "/api/v1/devices/%ff",
            "/api/v1/devices/a%20b", "/api/v1/devices/{device}", "/api/v1/devices/x?limit=1",
            "/api/v1/episodes/..%2f..%2fx", "/api/v1/episodes/a.b" })
            foreach (var method in new[] { "GET", "POST", "HEAD", "OPTIONS" })
            {
                yield return Request(method, path, null, Bearer(WireHost.Read));
                yield return Request(method, path, null, null);
            }
        foreach (var query in new[] { "limit=1", "limit=500", "limit=501", "limit=", "limit=x", "device=eno1",
            "device=eno1&limit=5", "device=", "Limit=1", "limit=1&", "limit", "=1", "limit=%31" })
            yield return Request("GET", "/api/v1/remediations?" + query, null, Bearer(WireHost.Read));
        yield return Request("OPTIONS", "/api/v1/pause", null, null,
            "Origin: http://localhost\r\nAccess-Control-Request-Method: POST");
        yield return Request("GET", "/API/v1/devices", null, Bearer(WireHost.Read));
    }

    /// <summary>What is asked of any program.</summary>
    public static IEnumerable<string> OfThePages()
    {
        foreach (var path in Pages)
        {
            foreach (var method in new[] { "GET", "HEAD", "POST", "PUT", "DELETE", "OPTIONS", "get", "Unknown" })
                yield return Request(method, path, null, null);
            foreach (var variant in new[] { path + "/", "/" + path, path.ToUpperInvariant(), path + "?a=1",
                path + "/x", "http://localhost" + path, path.Replace("e", "%65", StringComparison.Ordinal) })
                yield return Request("GET", variant, null, null);
            yield return Request("GET", path, null, null, version: "1.0");
            yield return Request("GET", path, null, Bearer(WireHost.Read));
            yield return Request("GET", path, null, null, "Host: evil.example");
            yield return Request("GET", path, null, null, "Origin: https://evil.example");
            yield return Request("POST", path, "{}", null);
        }
        yield return Request("OPTIONS", "*", null, null);
        yield return Request("GET", "*", null, null);
        foreach (var path in new[] { "/api/", "/api/v1/devices", "/api/v1/nowhere", "/api/v1/pause" })
            foreach (var method in new[] { "GET", "HEAD", "POST", "OPTIONS" })
                yield return Request(method, path, null, null);
    }

    /// <summary>Each route, and what is wrong with a request in other ways than its credential, without one.</summary>
    public static IEnumerable<string> OfAnyTransport()
    {
        foreach (var (method, path, body) in Routes)
        {
            yield return Request(method, path, body, null);
            yield return Request("HEAD", path, null, null);
            yield return Request("PUT", path, null, null);
            yield return Request(method, path + "?a=1", body, null);
            yield return Request(method, path + "/", body, null);
            yield return Request(method, path, "x", null);
            yield return Request(method, path, "{}", null, type: "text/plain");
            yield return Request(method, path, new string(' ', 17_000), null);
            yield return Request(method, path, body, null, "Origin: https://evil.example");
        }
        yield return Request("GET", "/api/v1/nowhere", null, null);
    }

    // Bodies that no route takes, or that only some take.
    private static IEnumerable<string> Bodies(string method, string path)
    {
        var admin = Bearer(WireHost.Admin);
        foreach (var body in new[] { "", "null", "[]", "x", "{}", """{"x":1}""" })
            yield return Request(method, path, body, admin);
        yield return Request(method, path, "{}", admin, type: null);
        yield return Request(method, path, "", admin, type: null);
        yield return Request(method, path, "{}", admin, type: "text/plain");
        yield return Request(method, path, "{}", admin, type: "application/json; charset=utf-8");
        yield return Request(method, path, "{}", admin, "Content-Encoding: gzip");
        yield return Request(method, path, new string(' ', 17_000), admin);
        yield return Request(method, path, new string(' ', 17_000), null);
        yield return Request(method, path, null, admin,
            "Content-Type: application/json\r\nTransfer-Encoding: chunked\r\n\r\n2\r\n{}\r\n0");
        yield return Request(method, path, null, null,
            "Content-Type: application/json\r\nTransfer-Encoding: chunked\r\n\r\n2\r\n{}\r\n0");
        yield return Request(method, path, null, admin, "Content-Length: 2000000\r\nContent-Type: application/json");
    }

    private static string Bearer(string token) => "Bearer " + token;

    private static string Request(
        string method, string target, string? body, string? authorization, string? more = null, string version = "1.1",
        string? type = "application/json")
    {
        var head = $"{method} {target} HTTP/{version}\r\n";
        if (more?.StartsWith("Host:", StringComparison.Ordinal) != true)
            head += "Host: localhost\r\n";
        if (authorization is not null)
            head += $"Authorization: {authorization}\r\n";
        if (body is not null)
            head += (type is null ? "" : $"Content-Type: {type}\r\n")
                + string.Create(CultureInfo.InvariantCulture, $"Content-Length: {body.Length}\r\n");
        return head + (more is null ? "" : more + "\r\n") + "\r\n" + body;
    }
}
