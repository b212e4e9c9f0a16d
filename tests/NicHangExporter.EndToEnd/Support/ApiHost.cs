using System.Globalization;
using System.Security.Cryptography;
using System.Text.Json;

namespace NicHangExporter.EndToEnd.Support;

/// <summary>
/// A <see cref="ConsoleHost"/> whose daemon has the API, with a token of each scope in a file of its own.
/// </summary>
internal sealed class ApiHost : IDisposable
{
    public const string Tso = "tcp-segmentation-offload";
    public const string TxChecksum = "tx-checksumming";

    private readonly TemporaryDirectory _tokens = new();
    private readonly List<ApiCaller> _callers = [];

    public ApiHost(params IEnumerable<string> options)
    {
        Console.Options.Add("--remediation.api=enforce");
        Console.Options.AddRange(options);
    }

    /// <summary>The machine.</summary>
    public ConsoleHost Console { get; } = new();

    /// <summary>The flags of daemon and commands.</summary>
    public List<string> Options => Console.Options;

    public string Read { get; } = NewToken();
    public string Remediate { get; } = NewToken();
    public string Admin { get; } = NewToken();

    /// <summary>Starts the daemon with the three tokens.</summary>
    public Task<ExporterProcess> StartDaemonAsync(params IEnumerable<string> arguments) =>
        Console.StartDaemonAsync([.. TokenFlags, .. arguments]);

    /// <summary>The flags that name the files.</summary>
    public IReadOnlyList<string> TokenFlags =>
        [$"--api.token-file=dashboard:read={File("read", Read)}",
            $"--api.token-file=controller:remediate={File("remediate", Remediate)}",
            $"--api.token-file=operator:admin={File("admin", Admin)}"];

    /// <summary>A client with a token.</summary>
    public ApiCaller Call(ExporterProcess daemon, string? token, Uri? address = null)
    {
        var caller = new ApiCaller(daemon, token, address);
        _callers.Add(caller);
        return caller;
    }

    /// <summary>A token nobody can guess.</summary>
    public static string NewToken() => RandomNumberGenerator.GetHexString(64, lowercase: true);

    /// <summary>A file for its owner only.</summary>
    public string File(string name, string content)
    {
        var path = _tokens[name];
        if (!System.IO.File.Exists(path))
        {
            _tokens.Write(name, content + "\n");
            System.IO.File.SetUnixFileMode(path, UnixFileMode.UserRead);
        }
        return path;
    }

    /// <summary>The entries of that event about this remediation.</summary>
    public List<JsonElement> Journal(string kind, string? id = null) =>
        [.. Console.Journal()
            .Where(entry =>
                entry.GetProperty("event").GetString() == kind
                && (id is null || (entry.TryGetProperty("id", out var its) && its.GetString() == id)))];

    /// <summary>
    /// Compares an answer with other sources: the feature in the kernel, the outcome in the journal, and its count in
    /// the metrics.
    /// </summary>
    public async Task AgreesAsync(ExporterProcess daemon, ApiReply reply, string feature, string value)
    {
        Assert.Equal(value, Console.Feature(feature));
        var verdict = reply.Json.GetProperty("verdict").GetString()!;
        Assert.Equal(verdict, Assert.Single(Journal("outcome", reply.Id)).GetProperty("verdict").GetString());
        var ended = Journal("outcome").Count(entry => Is(entry, "trigger", "api") && Is(entry, "verdict", verdict));
        await daemon.ScrapeUntilAsync($"{ended} {verdict} in the metrics", metrics =>
            metrics.Sum("nichang_remediation_outcomes_total", ("device", "veth0"), ("trigger", "api"),
                ("outcome", verdict))
                    .ToString(CultureInfo.InvariantCulture) == ended.ToString(CultureInfo.InvariantCulture));
    }

    public void Dispose()
    {
        foreach (var caller in _callers)
            caller.Dispose();
        Console.Dispose();
        _tokens.Dispose();
    }

    private static bool Is(JsonElement entry, string member, string value) =>
        entry.TryGetProperty(member, out var its) && its.GetString() == value;
}
