using System.Diagnostics;

namespace NicHangExporter.EndToEnd.Support;

/// <summary>
/// How the program under test is started: the build beside the tests, or the binary that EXPORTER_UNDER_TEST names, so that the same tests
/// hold the published program to the same promises.
/// </summary>
/// <param name="Arguments">Its command line.</param>
internal sealed record ExporterCommand(params IEnumerable<string> Arguments)
{
    /// <summary>Lets the kernel choose a free port on loopback.</summary>
    public const string AnyPort = "--web.listen-address=127.0.0.1:0";

    /// <summary>The network namespace to start it in; null for that of the tests.</summary>
    public NetworkNamespace? Network { get; init; }

    /// <summary>A program that runs the exporter as its last act (<c>exec</c>), with its own arguments: setpriv, unshare.</summary>
    public IReadOnlyList<string> Wrapper { get; init; } = [];

    /// <summary>Variables of its environment, besides those of the tests; none of them begins with NICHANG_ unless it is here.</summary>
    public IReadOnlyDictionary<string, string> Environment { get; init; } = new Dictionary<string, string>();

    /// <summary>Where it listens, for a test that can't read it from the log; null where the log says so.</summary>
    public Uri? Address { get; init; }

    private static IReadOnlyList<string> Program => System.Environment.GetEnvironmentVariable("EXPORTER_UNDER_TEST") is { Length: > 0 } binary
        ? [binary]
        : ["dotnet", Path.Combine(AppContext.BaseDirectory, "nic-hang-exporter.dll")];

    /// <summary>Starts it.</summary>
    public Process Start()
    {
        // Whoever runs the tests in the background has SIGINT ignored, and so would the exporter.
        IReadOnlyList<string> words = ["env", "--default-signal=INT,HUP", .. Network is null ? [] : new[] { "ip", "netns", "exec", Network.Name }, .. Wrapper, .. Program, .. Arguments];
        var start = new ProcessStartInfo(Requires.Find(words[0]) ?? words[0], words.Skip(1))
        {
            RedirectStandardInput = true,
            RedirectStandardOutput = true,
            RedirectStandardError = true,
        };
        foreach (var name in start.Environment.Keys.Where(name => name.StartsWith("NICHANG_", StringComparison.Ordinal)).ToList())
            start.Environment.Remove(name);
        foreach (var (name, value) in Environment)
            start.Environment[name] = value;
        return Process.Start(start)!;
    }

    /// <summary>Runs it to its end: for command lines that end by themselves.</summary>
    /// <param name="input">Its standard input.</param>
    public async Task<Execution> RunAsync(string input = "")
    {
        using var process = Start();
        var output = process.StandardOutput.ReadToEndAsync();
        var error = process.StandardError.ReadToEndAsync();
        try
        {
            await process.StandardInput.WriteAsync(input);
            process.StandardInput.Close();
        }
        catch (IOException)
        {
            // It has ended without reading its input, as it may.
        }
        using var limit = new CancellationTokenSource(Eventually.Limit);
        try
        {
            await process.WaitForExitAsync(limit.Token);
        }
        catch (OperationCanceledException)
        {
            process.Kill();
            Assert.Fail($"The exporter has not ended within {Eventually.Limit}: {string.Join(' ', Arguments)}");
        }
        return new Execution(process.ExitCode, await output, await error);
    }
}
