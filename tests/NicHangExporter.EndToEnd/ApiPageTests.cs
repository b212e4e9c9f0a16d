using System.Text.RegularExpressions;

namespace NicHangExporter.EndToEnd;

/// <summary>
/// The transcript of docs/reference/api.md, command by command: a reader gets what the page says.
/// </summary>
public sealed partial class ApiPageTests
{
    [Fact]
    public async Task Transcript_IsWhatAReaderGets()
    {
        Requires.Program("curl");
        Requires.Program("openssl");
        var page = await File.ReadAllTextAsync(Path.Combine(AppContext.BaseDirectory, "api.md"),
            TestContext.Current.CancellationToken);
        var steps = Step().Matches(Block().Match(page).Groups[1].Value);
        Assert.True(steps.Count > 15, "the page has no transcript");
        using var host = new ConsoleHost();
        using var files = new TemporaryDirectory();
        // The page's places are a real host's.
        string Here(string text) =>
            text.Replace("/etc/nic-hang-exporter", files.Path, StringComparison.Ordinal)
            .Replace("/var/lib/nic-hang-exporter", host.State, StringComparison.Ordinal);
        using var shell = new Shell(host.Network);
        ExporterProcess? daemon = null;
        try
        {
            foreach (Match step in steps)
            {
                var (command, expected) = (Here(step.Groups[1].Value), step.Groups[2].Value.TrimEnd('\n'));
                if (command.StartsWith("nic-hang-exporter ", StringComparison.Ordinal))
                {
                    daemon = await ExporterProcess.StartAsync(
                        new ExporterCommand(command.TrimEnd('&', ' ').Split(' ')[1..])
                        {
                            Network = host.Network,
                            Address = new Uri("http://localhost:19642"),
                        });
                    await daemon.StartedAsync();
                }
                else
                    Assert.Equal(
                        $"# {command}\n{Plain(expected)}", $"# {command}\n{Plain(await shell.RunAsync(command))}");
            }
            Assert.NotNull(daemon);
        }
        finally
        {
            daemon?.Dispose();
        }
    }

    // Ids, and what takes its time. A veth pair sends something of its own now and then.
    private static string Plain(string text) =>
        TxAdvanced().Replace(Duration().Replace(Id().Replace(text, "ID"), "$1N"), "");

    [GeneratedRegex("```console\n(.*?)```", RegexOptions.Singleline)]
    private static partial Regex Block();

    [GeneratedRegex("^# (.+)\n((?:(?!# ).*\n)*)", RegexOptions.Multiline)]
    private static partial Regex Step();

    [GeneratedRegex("r[0-9a-f]{10,}-[0-9]+")]
    private static partial Regex Id();

    [GeneratedRegex("(\"(?:seconds|carrierSeconds|txPackets|cooldown)\": |Retry-After: |cooling down for )[0-9.ms]+")]
    private static partial Regex Duration();

    [GeneratedRegex(" *\"txAdvancedSeconds\": [0-9.]+,\n")]
    private static partial Regex TxAdvanced();
}
