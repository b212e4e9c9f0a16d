using System.Globalization;
using NicHangExporter.Cli;
using NicHangExporter.Options;
using NicHangExporter.Setup;
using NicHangExporter.TestSupport;

namespace NicHangExporter.Tests.Setup;

/// <summary>
/// A host as a directory: sysfs, kernel log, /etc, and programs that write their arguments into a log. systemctl keeps
/// the state of the unit in files.
/// </summary>
internal sealed class SetupHost : IDisposable
{
    public const string Address = "0000:00:1f.6";

    private const string Systemctl = """
        #!/bin/sh
        cd "${0%/*}" || exit 9
        echo "systemctl $*" >> calls
        [ -e refuse ] && [ "$1" != show ] && { echo "Job failed." >&2; exit 1; }
        for unit; do :; done
        case "$unit" in *.socket) is=socket- ;; *) is= ;; esac
        case "$1 $*" in
        show*)
          [ -e user ] && echo User=nic-hang-exporter
          [ -e ${is}job ] && echo Job=7
          [ -e ${is}installed ] && echo LoadState=loaded || echo LoadState=not-found
          [ -e ${is}enabled ] && echo UnitFileState=enabled || echo UnitFileState=disabled
          [ -e ${is}active ] && echo "ActiveState=$(cat ${is}state 2>/dev/null || echo active)" \
            || echo ActiveState=inactive
          cat ${is}sub 2>/dev/null ;;
        enable*) touch ${is}enabled; case "$*" in *--now*) touch ${is}active ;; esac ;;
        disable*) rm -f ${is}enabled; case "$*" in *--now*) rm -f ${is}active ;; esac ;;
        stop*) rm -f ${is}active ;;
        esac
        exit 0
        """;

    private const string Journalctl = """
        #!/bin/sh
        cd "${0%/*}" || exit 9
        echo "journalctl $*" >> calls
        for argument; do
          case "$argument" in --boot=-*) cat "boot${argument#--boot=-}" 2>/dev/null || exit 1 ;; esac
        done
        """;

    private readonly TemporaryDirectory _directory = new();

    public SetupHost()
    {
        foreach (var folder in new[] { "sys/class/net", "etc", "var/lib", "bin" })
            Directory.CreateDirectory(Path.Combine(Root, folder));
        Write("kmsg", "");
        WriteProgram("systemctl", Systemctl);
        WriteProgram("journalctl", Journalctl);
    }

    public string Root => _directory.Path;

    public string Configuration => File("etc/nic-hang-exporter/config.yaml");

    public string Record => File("etc/nic-hang-exporter/.setup-undo.json");

    /// <summary>What the person types; null without a terminal.</summary>
    public string? Typed { get; set; }

    /// <summary>How long a start may take.</summary>
    public TimeSpan StartLimit { get; set; } = TimeSpan.FromSeconds(60);

    /// <summary>Runs after each typed line.</summary>
    public Action<string?>? Typing { get; set; }

    /// <summary>Persists in place of the one that only notes it.</summary>
    public PersistProfile? Persister { get; set; }

    /// <summary>The profiles that were persisted, or planned.</summary>
    public List<string> Persisted { get; } = [];

    /// <summary>The calls of programs that change something.</summary>
    public IReadOnlyList<string> Changes => System.IO.File.Exists(File("bin/calls"))
        ? [.. System.IO.File.ReadLines(File("bin/calls")).Where(line =>
            line.StartsWith("systemctl ", StringComparison.Ordinal)
            && !line.StartsWith("systemctl show", StringComparison.Ordinal))] : [];

    public PathOptions Paths =>
        new() { Rootfs = Root, Sysfs = File("sys"), Procfs = File("proc"), Kmsg = File("kmsg") };

    public string File(string path) => Path.Combine(Root, path);

    public void Write(string path, string content)
    {
        Directory.CreateDirectory(Path.GetDirectoryName(File(path))!);
        System.IO.File.WriteAllText(File(path), content);
    }

    public void WriteConfiguration(string content) => Write("etc/nic-hang-exporter/config.yaml", content);

    /// <summary>systemd runs, and the package is installed.</summary>
    public void InstallUnit(bool enabled = false, bool active = false, bool isRoot = true)
    {
        if (!isRoot)
            Write("bin/user", "");
        Directory.CreateDirectory(File("run/systemd/system"));
        Write("bin/installed", "");
        if (enabled)
            Write("bin/enabled", "");
        if (active)
            Write("bin/active", "");
    }

    /// <summary>Adds a NIC with hardware.</summary>
    public void AddNic(
        string name = "nic0", string bus = Address, string driver = "e1000e", string id = "8086:15b8",
        string subsystem = "pci", int index = 2)
    {
        var parent = $"sys/devices/{bus}";
        Write($"{parent}/net/{name}/ifindex", index.ToString(CultureInfo.InvariantCulture) + "\n");
        Directory.CreateDirectory(File($"sys/bus/{subsystem}/drivers"));
        if (subsystem == "pci")
        {
            Write($"{parent}/vendor", $"0x{id[..4]}\n");
            Write($"{parent}/device", $"0x{id[5..]}\n");
        }
        Link($"{parent}/subsystem", $"../../bus/{subsystem}");
        if (driver.Length > 0)
        {
            Directory.CreateDirectory(File($"sys/bus/{subsystem}/drivers/{driver}"));
            Link($"{parent}/driver", $"../../bus/{subsystem}/drivers/{driver}");
        }
        Link($"{parent}/net/{name}/device", $"../../../{bus}");
        Link($"sys/class/net/{name}", $"../../devices/{bus}/net/{name}");
    }

    /// <summary>Adds a virtual interface on others.</summary>
    public void AddUpper(string name, params string[] lowers)
    {
        Write($"sys/devices/virtual/net/{name}/ifindex", "20\n");
        Link($"sys/class/net/{name}", $"../../devices/virtual/net/{name}");
        foreach (var lower in lowers)
        {
            Link($"sys/class/net/{lower}/upper_{name}", $"../{name}");
            Link($"sys/class/net/{name}/lower_{lower}", $"../{lower}");
        }
    }

    /// <summary>A hang in a kernel log, as e1000e reports it: two reports in one episode.</summary>
    public static string Hang(int second, string name = "nic0", string bus = Address, bool isRaw = true) =>
        string.Concat(new[] { second, second + 2 }.Select(at => isRaw
            ? $"3,{at},{at}000000,-;e1000e {bus} {name}: Detected Hardware Unit Hang:\\x0a  TDH  <0>\n"
                + $" SUBSYSTEM=pci\n DEVICE=+pci:{bus}\n"
            : $"[{at}.000000] host kernel: e1000e {bus} {name}: Detected Hardware Unit Hang:\n"));

    /// <summary>Runs setup as root.</summary>
    public (int ExitCode, string Output, string Error) Run(params string[] arguments)
    {
        Requires.Root();
        var commandLine = new CommandLine();
        var result = commandLine.Parse(["setup", .. arguments]);
        var errors = commandLine.Errors(result);
        var call = commandLine.Setup(result, errors);
        Assert.Empty(errors);
        var (output, error) = (new StringWriter(), new StringWriter());
        var code = new SetupRunner(Paths, SetupPlaces.From(Paths, null), Persister ?? Persist)
        {
            Terminal = Typed is null ? null : new EchoingReader(Typed, output, Typing),
            Output = output,
            Error = error,
            SearchPath = File("bin"),
            StartLimit = StartLimit,
        }.Run(call!);
        return (code, output.ToString().Replace(Root, "", StringComparison.Ordinal),
            error.ToString().Replace(Root, "", StringComparison.Ordinal));
    }

    /// <summary>Runs setup, which must succeed, and returns what it writes.</summary>
    public string Do(params string[] arguments)
    {
        var (code, output, error) = Run(arguments);
        Assert.True(code == 0 && error.Length == 0, $"exit code {code}: {error}{output}");
        return output;
    }

    /// <summary>Runs setup, which must fail with one line, and returns the line.</summary>
    public string Refused(params string[] arguments)
    {
        var (code, output, error) = Run(arguments);
        Assert.True(code == 1, $"exit code {code}: {error}{output}");
        return error.TrimEnd('\n');
    }

    /// <summary>All files below /etc with their content and mode.</summary>
    public IReadOnlyList<string> Etc() =>
        [.. Directory.EnumerateFileSystemEntries(File("etc"), "*", SearchOption.AllDirectories).Order().Select(path =>
            $"{path} {System.IO.File.GetUnixFileMode(path)} "
            + (Directory.Exists(path) ? "" : Convert.ToHexString(System.IO.File.ReadAllBytes(path))))];

    public void Dispose() => _directory.Dispose();

    private ProfileFile Persist(ExporterOptions options, string device, string profile, bool dryRun)
    {
        Persisted.Add($"{device} {profile}{(dryRun ? " dry run" : "")}");
        return new ProfileFile(
            device, "/etc/udev/rules.d/90-nic-hang-exporter.rules", ["tx-tcp-segmentation"], !dryRun, []);
    }

    private void Link(string path, string target) => System.IO.File.CreateSymbolicLink(File(path), target);

    private void WriteProgram(string name, string text)
    {
        Write($"bin/{name}", text + "\n");
        System.IO.File.SetUnixFileMode(File($"bin/{name}"), UnixFileMode.UserRead | UnixFileMode.UserExecute);
    }

    /// <summary>Shows what is typed, as a terminal does.</summary>
    private sealed class EchoingReader(string typed, TextWriter output, Action<string?>? typing) : StringReader(typed)
    {
        public override string? ReadLine()
        {
            var line = base.ReadLine();
            output.WriteLine(line);
            typing?.Invoke(line);
            return line;
        }
    }
}
