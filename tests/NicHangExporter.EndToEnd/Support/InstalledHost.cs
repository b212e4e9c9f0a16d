namespace NicHangExporter.EndToEnd.Support;

/// <summary>
/// A host made of files with the service installed: a root directory, an e1000e that has hung, and a systemctl that
/// writes down what it is asked for.
/// </summary>
internal sealed class InstalledHost : IDisposable
{
    public const string Address = "0000:00:1f.6";

    private const string Systemctl = """
        #!/bin/sh
        cd "${0%/*}" || exit 9
        case "$1" in
        show) printf 'LoadState=loaded\nUnitFileState=%s\nActiveState=%s\n' "$(cat enabled)" "$(cat active)" ;;
        *) echo "$*" >> calls ;;
        esac
        case "$1 $2" in
        "enable --now") echo enabled > enabled; echo active > active ;;
        "disable --now") echo disabled > enabled; echo inactive > active ;;
        esac
        """;

    // script(1) gives the program a terminal. Its own input is what the person types.
    private const string Terminal =
        """c=; for a; do c="$c '$(printf %s "$a" | sed "s/'/'\\\\''/g")'"; done; exec script -qec "$c" /dev/null""";

    private readonly FakeHost _fake = new();
    private readonly TemporaryDirectory _root = new();

    public InstalledHost()
    {
        Requires.Root();
        foreach (var folder in new[] { "bin", "etc/nic-hang-exporter", "var/lib", "run/systemd/system" })
            Directory.CreateDirectory(_root[folder]);
        _root.Write("bin/systemctl", Systemctl + "\n");
        File.SetUnixFileMode(_root["bin/systemctl"], UnixFileMode.UserRead | UnixFileMode.UserExecute);
        _root.Write("bin/enabled", "disabled\n");
        _root.Write("bin/active", "inactive\n");
        _root.Write("etc/nic-hang-exporter/config.yaml", "# Monitors only.\nlog:\n  level: info\n");
        _fake.AddDevice("nic0", Address);
        foreach (var _ in Enumerable.Range(0, 2))
            _fake.Log($"e1000e {Address} nic0: Detected Hardware Unit Hang:\n  TDH  <0>",
                "SUBSYSTEM=pci", $"DEVICE=+pci:{Address}");
    }

    /// <summary>The network namespace of the device; null for that of the tests.</summary>
    public NetworkNamespace? Network { get; init; }

    /// <summary>The root directory.</summary>
    public string Root => _root.Path;

    public string Configuration => _root["etc/nic-hang-exporter/config.yaml"];

    /// <summary>What systemctl was asked to change.</summary>
    public IEnumerable<string> Calls => File.Exists(_root["bin/calls"]) ? File.ReadLines(_root["bin/calls"]) : [];

    /// <summary>All files below /etc with their content.</summary>
    public IReadOnlyList<string> Etc() =>
        [.. Directory.EnumerateFiles(_root["etc"], "*", SearchOption.AllDirectories).Order()
            .Select(path => $"{path}: {File.ReadAllText(path)}")];

    /// <summary>udev handles the device, and ethtool is installed.</summary>
    public void HandleByUdev()
    {
        foreach (var folder in new[] { "run/udev/data", "usr/sbin", "etc/udev/rules.d", "etc/systemd/network" })
            Directory.CreateDirectory(_root[folder]);
        _root.Write("run/udev/data/n2", "E:ID_NET_LINK_FILE=/usr/lib/systemd/network/99-default.link\n");
        _root.Write("usr/sbin/ethtool", "");
    }

    /// <summary>Runs setup.</summary>
    public Task<Execution> RunAsync(params IEnumerable<string> arguments) => Command([], arguments).RunAsync();

    /// <summary>Runs setup below another program.</summary>
    public Task<Execution> RunBelowAsync(IReadOnlyList<string> wrapper, params IEnumerable<string> arguments) =>
        Command(wrapper, arguments).RunAsync();

    /// <summary>Runs setup on a terminal.</summary>
    /// <returns>What the terminal shows, the typed lines included.</returns>
    public async Task<string> TypeAsync(string typed, params IEnumerable<string> arguments)
    {
        Requires.Program("script");
        var run = await Command(["sh", "-c", Terminal, "sh"], arguments).RunAsync(typed);
        return run.Succeeded().ReplaceLineEndings("\n");
    }

    public void Dispose()
    {
        _root.Dispose();
        _fake.Dispose();
    }

    private ExporterCommand Command(IReadOnlyList<string> wrapper, IEnumerable<string> arguments) =>
        new(["setup", .. arguments, .. _fake.Paths, $"--path.rootfs={Root}"])
        {
            Wrapper = wrapper,
            Network = Network,
            Environment = new Dictionary<string, string>
            {
                ["PATH"] = $"{_root["bin"]}:{Environment.GetEnvironmentVariable("PATH")}",
                ["TERM"] = "xterm",
            },
        };
}
