namespace NicHangExporter.Vm.Machine;

/// <summary>
/// Debian's kernel with the drivers that the distribution ships. The package is downloaded and unpacked next to the
/// build, and not installed on this machine.
/// </summary>
internal sealed class GuestKernel
{
    private const string Package = "linux-image-amd64";

    private static readonly byte[] XzMagic = [0xfd, 0x37, 0x7a, 0x58, 0x5a, 0x00];

    private readonly string _root;
    private readonly Dictionary<string, string[]> _dependencies;

    private GuestKernel(string root)
    {
        _root = root;
        Version = Path.GetFileName(Directory.GetDirectories(Path.Combine(root, "lib", "modules")).Single());
        // The package has no modules.dep: Debian creates it at the installation.
        if (!File.Exists(InModules("modules.dep")))
            Execution.Of("depmod", "-b", root, Version).Succeeded();
        _dependencies = File.ReadLines(InModules("modules.dep")).Select(line => line.Split(": "))
            .ToDictionary(
                parts => parts[0].TrimEnd(':'), parts =>
                    parts.Length > 1 ? parts[1].Split(' ', StringSplitOptions.RemoveEmptyEntries) : []);
        Image = Uncompressed() ?? Path.Combine(root, "boot", $"vmlinuz-{Version}");
    }

    /// <summary>As in uname -r.</summary>
    public string Version { get; }

    /// <summary>The image that QEMU boots.</summary>
    public string Image { get; }

    /// <summary>The kernel in the workshop; downloads it if it is missing.</summary>
    public static GuestKernel Get()
    {
        var root = Path.Combine(Workshop.Path, "kernel");
        // The first guest downloads and unpacks it; later guests use it again.
        using (Workshop.Hold())
        {
            if (!Directory.Exists(root))
                Fetch(root);
            return new GuestKernel(root);
        }
    }

    /// <summary>Files of modules and of their dependencies, in the order in which they must be loaded.</summary>
    public IReadOnlyList<string> Modules(params IEnumerable<string> names)
    {
        var order = new List<string>();
        foreach (var name in names)
            Add(_dependencies.Keys.FirstOrDefault(path => Path.GetFileName(path).Split('.')[0] == name)
                ?? throw new CannotBootException($"the kernel {Version} has no module {name}"));
        return [.. order.Select(InModules)];

        void Add(string path)
        {
            foreach (var needed in _dependencies[path].Reverse())
                Add(needed);
            if (!order.Contains(path))
                order.Add(path);
        }
    }

    private static void Fetch(string root)
    {
        foreach (var program in new[] { "apt-get", "apt-cache", "dpkg-deb", "depmod" })
            Requires.Program(program);
        Workshop.RequireSpace(Workshop.Path);
        var (download, unpacked) = (Fresh(root + ".download"), Fresh(root + ".unpacked"));
        // The metapackage depends on the current image.
        var image = Execution.Of("apt-cache", "depends", Package).Output.Split('\n')
            .Select(line => line.Trim().Split(' '))
            .FirstOrDefault(
                words => words is ["Depends:", var name] && name.StartsWith("linux-image-", StringComparison.Ordinal))?[
                    1]
            ?? throw new CannotBootException($"apt knows no {Package}: run apt-get update");
        var fetched = Provision.Run(download, "apt-get", "-qq", "-o", "APT::Sandbox::User=root", "download", image);
        if (fetched.ExitCode != 0)
            throw new CannotBootException($"the kernel {image} can't be fetched: {fetched.Error}");
        Provision.Run(download, "dpkg-deb", "-x", Directory.GetFiles(download, "*.deb").Single(), unpacked).Succeeded();
        Directory.Delete(download, recursive: true);
        Directory.Move(unpacked, root);
    }

    // Removes what an interrupted run has left.
    private static string Fresh(string directory)
    {
        if (Directory.Exists(directory))
            Directory.Delete(directory, recursive: true);
        return Directory.CreateDirectory(directory).FullName;
    }

    private string InModules(string path) => Path.Combine(_root, "lib", "modules", Version, path);

    /// <summary>
    /// Uncompresses a kernel, which saves seconds of each boot, because the guest would unpack it in emulation. It is
    /// an xz stream inside of vmlinuz. False if it cannot.
    /// </summary>
    public static bool Uncompress(string vmlinuz, string path)
    {
        var packed = File.ReadAllBytes(vmlinuz);
        var start = packed.AsSpan().IndexOf(XzMagic);
        if (start < 0 || Requires.Find("xz") is null)
            return false;
        var folder = Path.GetDirectoryName(path)!;
        Workshop.RequireSpace(folder);
        File.WriteAllBytes(path + ".xz", packed[start..]);
        // --single-stream: trailing data after the stream is no error, so xz fails only if its output is not the whole
        // kernel.
        var unpacking = Provision.Run(
            folder, "sh", "-c", "xz -dc --single-stream <\"$0.xz\" >\"$0.part\"", Path.GetFileName(path));
        File.Delete(path + ".xz");
        if (unpacking.ExitCode == 0)
            File.Move(path + ".part", path, overwrite: true);
        else
            File.Delete(path + ".part");
        return unpacking.ExitCode == 0;
    }

    private string? Uncompressed()
    {
        var path = Path.Combine(_root, "vmlinux");
        return File.Exists(path) || Uncompress(Path.Combine(_root, "boot", $"vmlinuz-{Version}"), path) ? path : null;
    }
}
