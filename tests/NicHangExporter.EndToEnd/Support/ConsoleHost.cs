using System.Text.Json;

namespace NicHangExporter.EndToEnd.Support;

/// <summary>
/// A host with one veth pair that is up, a state directory, and a person at its console. The pair can really be changed
/// and does not disconnect this machine.
/// </summary>
internal sealed class ConsoleHost : IDisposable
{
    private readonly TemporaryDirectory _directory = new();

    public ConsoleHost()
    {
        Requires.Program("ethtool");
        foreach (var device in new[] { "lo", "veth0", "veth1" })
            Network.Execute("ip", "link", "set", device, "up").Succeeded();
        // An empty log of its own, because other tests write into the log of the machine.
        _directory.Write("kmsg", "");
    }

    public NetworkNamespace Network { get; } = new();

    /// <summary>The state directory; it does not exist at first.</summary>
    public string State => _directory["state"];

    /// <summary>The flags of daemon and commands.</summary>
    public List<string> Options { get; } = [];

    /// <summary>The daemon's ethtool.interval.</summary>
    public string EthtoolInterval { get; init; } = "1s";

    private IEnumerable<string> Flags =>
        [$"--state.directory={State}", $"--path.kmsg={_directory["kmsg"]}", "--remediation.devices=veth0",
            "--remediation.verify-window=2s", "--remediation.carrier-grace=2s", .. Options];

    /// <summary>Starts the daemon.</summary>
    public Task<ExporterProcess> StartDaemonAsync(params IEnumerable<string> arguments) =>
        ExporterProcess.StartAsync(
            new ExporterCommand(
                [ExporterCommand.AnyPort, "--collector.virtual", $"--ethtool.interval={EthtoolInterval}", .. Flags,
                    .. arguments])
            { Network = Network });

    /// <summary>Runs a command.</summary>
    public Task<Execution> RunAsync(params IEnumerable<string> arguments) => Command(arguments).RunAsync();

    /// <summary>A command, to be run in another way.</summary>
    public ExporterCommand Command(params IEnumerable<string> arguments)
    {
        // After -- nothing is a flag.
        var words = arguments.ToList();
        words.InsertRange(words.Contains("--") ? words.IndexOf("--") : words.Count, Flags);
        return new ExporterCommand(words) { Network = Network };
    }

    /// <summary>Runs a command that must succeed, and returns what it says.</summary>
    public async Task<string> DoAsync(params string[] arguments) => (await RunAsync(arguments)).Succeeded();

    /// <summary>Runs a command that must fail with exit code 1, and returns what it says.</summary>
    public async Task<string> RefusedAsync(params string[] arguments)
    {
        var run = await RunAsync(arguments);
        Assert.True(run.ExitCode == 1, $"exit code {run.ExitCode}: {run.Error}{run.Output}");
        return run.Output + run.Error;
    }

    /// <summary>A feature of veth0 as <c>ethtool -k</c> prints it.</summary>
    public string Feature(string name) =>
        Network.Execute("ethtool", "-k", "veth0").Succeeded().Split('\n').Select(line => line.Trim().Split(": "))
        .Single(words => words[0] == name)[1];

    /// <summary>The journal, line by line.</summary>
    public List<JsonElement> Journal() =>
        [.. File.ReadLines(Path.Combine(State, "journal.jsonl")).Select(line => JsonDocument.Parse(line).RootElement)];

    public void Dispose()
    {
        Network.Dispose();
        _directory.Dispose();
    }
}
