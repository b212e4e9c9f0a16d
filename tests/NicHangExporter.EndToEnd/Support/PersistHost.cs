namespace NicHangExporter.EndToEnd.Support;

/// <summary>
/// A host in a directory: classic ifupdown brings up eno1, an e1000e by its sysfs. Its ethtool is that of a veth with
/// the same name in a network namespace, so that it has features that can be changed.
/// </summary>
internal sealed class PersistHost : IDisposable
{
    /// <summary>The file that persists eno1, on the host.</summary>
    public const string File = "/etc/network/if-up.d/nic-hang-exporter-0000-00-1f-6";

    private readonly FakeHost _host = new();
    private readonly TemporaryDirectory _directory = new();

    public PersistHost()
    {
        _host.AddDevice("eno1");
        foreach (var device in new[] { "lo", "eno1", "peer" })
            Network.Execute("ip", "link", "set", device, "up").Succeeded();
        foreach (var (path, text) in new[]
            { ("/sbin/ifup", ""), ("/usr/sbin/ethtool", ""),
                ("/etc/network/interfaces", "auto eno1\niface eno1 inet manual\n") })
            Write(path, text);
        Directory.CreateDirectory(Root + "/etc/network/if-up.d");
        Directory.CreateDirectory(Root + "/run/nic-hang-exporter");
        Directory.CreateDirectory(_directory["state"]);
    }

    public NetworkNamespace Network { get; } = new("eno1", "peer");

    /// <summary>For <c>--path.rootfs</c>.</summary>
    public string Root => _directory["root"];

    /// <summary>The socket of the helper.</summary>
    public string Socket => Root + "/run/nic-hang-exporter/persist.sock";

    /// <summary>The state directory.</summary>
    public string State => _directory["state"];

    /// <summary>The persistence file is there.</summary>
    public bool IsPersisted => System.IO.File.Exists(Root + File);

    /// <summary>Every file of the host with its content, to compare before and after.</summary>
    public string Tree => string.Join('\n',
        Directory.EnumerateFileSystemEntries(Root, "*", SearchOption.AllDirectories).Order(StringComparer.Ordinal)
            .Select(path => Directory.Exists(path) || path == Socket ? path
                : $"{path}: {System.IO.File.ReadAllText(path)}"));

    // Not procfs, which tells the capabilities of the process.
    private IEnumerable<string> Paths =>
        [$"--path.sysfs={_host.Sysfs}", $"--path.kmsg={_host.KernelLog}", $"--path.rootfs={Root}"];

    private IEnumerable<string> Flags =>
        [
            .. Paths, $"--state.directory={State}", "--remediation.verify-window=2s",
            "--remediation.carrier-grace=2s",
        ];

    /// <summary>Writes a file of the host.</summary>
    public void Write(string path, string text)
    {
        Directory.CreateDirectory(Path.GetDirectoryName(Root + path)!);
        System.IO.File.WriteAllText(Root + path, text);
    }

    /// <summary>A command of the console.</summary>
    public ExporterCommand Command(params IEnumerable<string> arguments) =>
        new([.. arguments, .. Flags]) { Network = Network };

    /// <summary>Runs a command that must succeed, and returns what it prints.</summary>
    public async Task<string> DoAsync(params string[] arguments) =>
        (await Command(arguments).RunAsync()).Succeeded();

    /// <summary>Runs a command that must fail with exit code 1, and returns its only line of error output.</summary>
    public static async Task<string> RefusedAsync(ExporterCommand command)
    {
        var run = await command.RunAsync();
        Assert.True(run.ExitCode == 1, $"exit code {run.ExitCode}: {run.Error}{run.Output}");
        Assert.Empty(run.Output);
        return string.Join(' ', run.Error.Split((char[])[' ', '\n'], StringSplitOptions.RemoveEmptyEntries));
    }

    /// <summary>Starts the daemon.</summary>
    /// <param name="wrapper">What executes it finally, as another user.</param>
    /// <param name="arguments">More options.</param>
    public Task<ExporterProcess> StartDaemonAsync(string[] wrapper, params IEnumerable<string> arguments) =>
        ExporterProcess.StartAsync(
            new ExporterCommand([ExporterCommand.AnyPort, "--ethtool.interval=1s", .. Flags, .. arguments])
            {
                Network = Network,
                Wrapper = wrapper,
            });

    /// <summary>Gives the state directory to a user.</summary>
    public void GiveState(string user) => Execution.Of("chown", "-R", user, State).Succeeded();

    /// <summary>
    /// Listens for the helper as systemd does with Accept=yes: each connection is the standard input of one process.
    /// </summary>
    public PersistListener Listen() => new(
        Socket, new ExporterCommand(["persist-helper", .. Paths]) { Network = Network });

    public void Dispose()
    {
        Network.Dispose();
        _host.Dispose();
        _directory.Dispose();
    }
}
