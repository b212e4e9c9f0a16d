using System.Diagnostics;

namespace NicHangExporter.EndToEnd.Support;

/// <summary>
/// A server of the Prometheus family in a network namespace, where every port is free. Dispose kills this one process
/// by its process ID.
/// </summary>
internal sealed class ServerProcess : IDisposable
{
    private readonly Process _process;
    private readonly List<string> _log = [];

    private ServerProcess(NetworkNamespace? network, int port, string program, IEnumerable<string> arguments)
    {
        // ip executes the program, so that the process is the program's.
        IReadOnlyList<string> words = [.. network is null ? []
            : new[] { "ip", "netns", "exec", network.Name }, Requires.Find(program)!, .. arguments];
        Http = new HttpClient(NamespaceClient.NewHandler(network));
        Http.BaseAddress = new Uri($"http://127.0.0.1:{port}");
        _process = Process.Start(new ProcessStartInfo(Requires.Find(words[0])!, words.Skip(1))
            { RedirectStandardOutput = true, RedirectStandardError = true })!;
        _process.ErrorDataReceived += (_, line) => Take(line.Data);
        _process.BeginErrorReadLine();
        _process.BeginOutputReadLine();
    }

    /// <summary>A client for it.</summary>
    public HttpClient Http { get; }

    /// <summary>Its standard error so far.</summary>
    public string Log
    {
        get
        {
            lock (_log)
                return string.Join('\n', _log);
        }
    }

    /// <summary>Starts a program, and waits until it reports that it is ready.</summary>
    /// <param name="network">Its network namespace; null for that of the tests.</param>
    /// <param name="port">The port on loopback that the arguments make it listen on.</param>
    /// <param name="program">The program.</param>
    /// <param name="arguments">Its command line.</param>
    public static Task<ServerProcess> StartAsync(
        NetworkNamespace? network, int port, string program, params IEnumerable<string> arguments) =>
        StartAsync(network, port, program, new Uri("/-/ready", UriKind.Relative), arguments);

    /// <summary>The same for a program that is ready when another path answers.</summary>
    public static async Task<ServerProcess> StartAsync(
        NetworkNamespace? network, int port, string program, Uri ready, params IEnumerable<string> arguments)
    {
        Requires.Program(program);
        var server = new ServerProcess(network, port, program, arguments);
        try
        {
            await Eventually.HoldsAsync(
                $"{program} is ready", () => server.ReadinessAsync(ready), readiness => readiness == "ready");
            return server;
        }
        catch
        {
            server.Dispose();
            throw;
        }
    }

    /// <summary>Kills it like a crash, and waits until it is gone.</summary>
    public void Kill()
    {
        if (!_process.HasExited)
            _process.Kill();
        Assert.True(_process.WaitForExit(Eventually.Limit), "a process that was killed has not ended");
    }

    /// <inheritdoc/>
    public void Dispose()
    {
        Kill();
        _process.Dispose();
        Http.Dispose();
    }

    private async Task<string> ReadinessAsync(Uri ready)
    {
        Assert.False(_process.HasExited, $"It ended before it was ready: {Log}");
        try
        {
            using var answer = await Http.GetAsync(ready, TestContext.Current.CancellationToken);
            return answer.IsSuccessStatusCode ? "ready" : $"{answer.StatusCode}: {Log}";
        }
        catch (HttpRequestException exception)
        {
            return $"{exception.Message}: {Log}";
        }
    }

    private void Take(string? line)
    {
        if (line is not null)
            lock (_log)
                _log.Add(line);
    }
}
