using System.Collections.Immutable;
using System.Text;

namespace NicHangExporter.Vm.Machine;

/// <summary>
/// The guest's whole file system: the program under test, the drivers, busybox, ethtool and ip with their libraries,
/// and the fault programs.
/// </summary>
internal static class Initramfs
{
    private static readonly ImmutableArray<string> Drivers = ["virtio_pci", "virtio_net", "virtio_blk",
        "crc32c_generic", "ext4", "e1000", "e1000e", "bridge", "veth", "tun"];

    /// <summary>Programs that are compiled here, statically, only for the guest.</summary>
    private static readonly ImmutableArray<string> Sources = ["nic-fault", "rtnl-hold"];

    /// <summary>Libraries that the program under test loads on demand: for hashes of tokens and TLS.</summary>
    private static readonly ImmutableArray<string> Loaded = ["libssl.so.3", "libcrypto.so.3"];

    /// <summary>Writes the archive.</summary>
    /// <param name="path">The file to write.</param>
    /// <param name="kernel">The kernel whose modules to include.</param>
    /// <param name="exporter">The program under test.</param>
    public static void Write(string path, GuestKernel kernel, string exporter)
    {
        try
        {
            WriteArchive(path, kernel, exporter);
        }
        catch (IOException error)
        {
            throw new CannotBootException($"the guest's file system can't be written: {error.Message}");
        }
    }

    private static void WriteArchive(string path, GuestKernel kernel, string exporter)
    {
        foreach (var program in new[] { "busybox", "ethtool", "ip", "bridge", "gcc", "ldd" })
            Requires.Program(program);
        using var archive = new CpioArchive(File.Create(path));
        foreach (var folder in new[] { "proc", "sys", "dev", "run", "tmp", "var", "root" })
            archive.AddFolder(folder);
        archive.AddFile("init", BuildFile("init"), isExecutable: true);
        archive.AddFile("etc/passwd", "root:x:0:0:root:/root:/bin/sh\n"u8);
        AddBusybox(archive);
        AddModules(archive, kernel);
        var libraries = new SortedSet<string>(StringComparer.Ordinal);
        foreach (var program in new[] { "ethtool", "ip", "bridge" })
            AddProgram(archive, libraries, $"usr/sbin/{program}", Requires.Find(program)!);
        AddProgram(archive, libraries, "usr/bin/nic-hang-exporter", exporter);
        foreach (var name in Loaded)
            if (LibraryPath(name) is { } library)
                libraries.UnionWith([library, .. Needed(library)]);
        foreach (var library in libraries)
            archive.AddFile(library.TrimStart('/'), library, isExecutable: true);
        foreach (var source in Sources)
            archive.AddFile($"usr/bin/{source}", Compile(source), isExecutable: true);
    }

    private static string BuildFile(string name) => Path.Combine(AppContext.BaseDirectory, "guest", name);

    private static void AddBusybox(CpioArchive archive)
    {
        var busybox = Requires.Find("busybox")!;
        archive.AddFile("bin/busybox", busybox, isExecutable: true);
        foreach (var applet in Execution.Of(busybox, "--list").Succeeded()
            .Split('\n', StringSplitOptions.RemoveEmptyEntries))
            if (applet is not ("busybox" or "ip" or "ethtool" or "bridge"))
                archive.AddLink($"bin/{applet}", "busybox");
    }

    // IntMode=1 keeps e1000e on MSI or INTx, like the NICs of the chipset. With the 82574's MSI-X the driver looks for
    // hangs only at a transmit interrupt, which a hung transmitter does not raise.
    private static void AddModules(CpioArchive archive, GuestKernel kernel)
    {
        var list = new StringBuilder();
        foreach (var module in kernel.Modules(Drivers))
        {
            var name = Path.GetFileName(module);
            archive.AddFile($"modules/{name}", module);
            list.Append(name).Append(name.StartsWith("e1000e.", StringComparison.Ordinal) ? " IntMode=1" : "")
                .Append('\n');
        }
        archive.AddFile("etc/modules", Encoding.ASCII.GetBytes(list.ToString()));
    }

    private static void AddProgram(CpioArchive archive, SortedSet<string> libraries, string path, string source)
    {
        archive.AddFile(path, source, isExecutable: true);
        libraries.UnionWith(Needed(source));
    }

    // "libc.so.6 => /lib/x86_64-linux-gnu/libc.so.6 (0x…)" and, for the loader itself, "/lib64/ld-linux-x86-64.so.2
    // (0x…)".
    private static IEnumerable<string> Needed(string program) => Execution.Of("ldd", program).Output.Split('\n')
        .Select(line => line.Trim().Split(' ').FirstOrDefault(word => word.StartsWith('/'))).OfType<string>()
        .Where(File.Exists);

    private static string? LibraryPath(string name) =>
        new[] { "/usr/lib/x86_64-linux-gnu", "/lib/x86_64-linux-gnu", "/usr/lib64", "/lib64" }.Select(
            folder => Path.Combine(folder, name)).FirstOrDefault(File.Exists);

    /// <summary>
    /// Compiles a program of guest/. Each caller gets its own copy, because another run of the harness may compile at
    /// the same time.
    /// </summary>
    public static byte[] Compile(string name)
    {
        using var directory = new TemporaryDirectory();
        var program = directory.File(name);
        Execution.Of(
            "gcc", "-Wall", "-Wextra", "-Werror", "-O2", "-static", "-pthread", "-o", program, BuildFile(name + ".c"))
                .Succeeded();
        return File.ReadAllBytes(program);
    }
}
