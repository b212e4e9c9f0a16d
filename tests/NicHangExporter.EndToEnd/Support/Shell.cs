using System.Diagnostics;
using System.Text;

namespace NicHangExporter.EndToEnd.Support;

/// <summary>An interactive shell in a network namespace: the next command has what one command sets.</summary>
internal sealed class Shell : IDisposable
{
    private const string End = "\u0004 that was it";

    private readonly Process _process;

    public Shell(NetworkNamespace network)
    {
        _process = Process.Start(new ProcessStartInfo(
            Requires.Find("ip")!, ["netns", "exec", network.Name, "bash", "--norc", "--noprofile"])
        {
            RedirectStandardInput = true,
            RedirectStandardOutput = true,
            Environment =
            { ["LC_ALL"] = "C", ["PATH"] = System.Environment.GetEnvironmentVariable("PATH") + ":/usr/sbin:/sbin" },
        })!;
        _process.StandardInput.WriteLine("exec 2>&1");
    }

    /// <summary>Runs a command; returns its output without the last newline.</summary>
    public async Task<string> RunAsync(string command)
    {
        await _process.StandardInput.WriteAsync($"{command}\necho '{End}'\n");
        await _process.StandardInput.FlushAsync(TestContext.Current.CancellationToken);
        var output = new StringBuilder();
        using var limit = CancellationTokenSource.CreateLinkedTokenSource(TestContext.Current.CancellationToken);
        limit.CancelAfter(Eventually.Limit);
        while (await _process.StandardOutput.ReadLineAsync(limit.Token) is { } line && line != End)
            output.Append(line.TrimEnd('\r')).Append('\n');
        return output.ToString().TrimEnd('\n');
    }

    public void Dispose()
    {
        _process.StandardInput.Close();
        if (!_process.WaitForExit(Eventually.Limit))
            _process.Kill(entireProcessTree: true);
        _process.Dispose();
    }
}
