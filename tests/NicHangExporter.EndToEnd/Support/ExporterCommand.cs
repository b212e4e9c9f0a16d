using System.Diagnostics;

namespace NicHangExporter.EndToEnd.Support;

/// <summary>
/// The command that starts the program under test: the build next to the tests, or the binary that EXPORTER_UNDER_TEST
/// names. So the same tests also test the published program.
/// </summary>
/// <param name="Arguments">Its command line.</param>
internal sealed record ExporterCommand(params IEnumerable<string> Arguments)
{
    /// <summary>Lets the kernel choose a free port on loopback.</summary>
    public const string AnyPort = "--web.listen-address=127.0.0.1:0";

    /// <summary>Its network namespace; null for that of the tests.</summary>
    public NetworkNamespace? Network { get; init; }

    /// <summary>
    /// A program that finally executes the exporter (<c>exec</c>), with its arguments: setpriv, unshare.
    /// </summary>
    public IReadOnlyList<string> Wrapper { get; init; } = [];

    /// <summary>
    /// Additional environment variables. Variables with the prefix NICHANG_ are not inherited from the tests.
    /// </summary>
    public IReadOnlyDictionary<string, string> Environment { get; init; } = new Dictionary<string, string>();

    /// <summary>Its address, for a test that can't read it from the log; null if the log has it.</summary>
    public Uri? Address { get; init; }

    private static IReadOnlyList<string> Program =>
        System.Environment.GetEnvironmentVariable("EXPORTER_UNDER_TEST") is { Length: > 0 } binary
        ? [binary]
        : ["dotnet", Path.Combine(AppContext.BaseDirectory, "nic-hang-exporter.dll")];

    /// <summary>The program and its arguments, all that goes before them included.</summary>
    // A background job of a shell ignores SIGINT, and the exporter would inherit that.
    public IReadOnlyList<string> Words =>
        [
            "env", "--default-signal=INT,HUP",
            .. Network is null ? [] : new[] { "ip", "netns", "exec", Network.Name }, .. Wrapper, .. Program,
            .. Arguments,
        ];

    public Process Start()
    {
        var words = Words;
        var start = new ProcessStartInfo(Requires.Find(words[0]) ?? words[0], words.Skip(1))
        {
            RedirectStandardInput = true,
            RedirectStandardOutput = true,
            RedirectStandardError = true,
        };
        foreach (var name in start.Environment.Keys.Where(name => name.StartsWith("NICHANG_", StringComparison.Ordinal))
            .ToList())
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
            // It may end without reading its input.
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
