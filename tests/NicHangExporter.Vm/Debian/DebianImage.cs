using System.Security.Cryptography;
using System.Text;

namespace NicHangExporter.Vm.Debian;

/// <summary>
/// Disks of Debian guests, one for each network manager and one like Proxmox VE's. They are made from packages on the
/// first use and kept in the workshop under a hash of the recipe: the scripts and the layers of guest/debian.
/// </summary>
internal static class DebianImage
{
    /// <summary>Debian's name of the release. It has the systemd and the kernel of Proxmox VE 8's base.</summary>
    private const string Suite = "bookworm";

    /// <summary>Bytes for the archive, an unpacked system, its image and the copy of a guest.</summary>
    private const long NeededBytes = 4L << 30;

    private static string Recipe { get; } = System.IO.Path.Combine(AppContext.BaseDirectory, "guest", "debian");

    private static string Folder { get; } =
        Directory.CreateDirectory(System.IO.Path.Combine(Workshop.Path, "debian")).FullName;

    /// <summary>Copies a disk and its kernel for one guest; makes them before if they are missing.</summary>
    /// <param name="manager">The network manager of the guest.</param>
    /// <param name="disk">The file of the disk.</param>
    /// <param name="kernel">The file of the kernel.</param>
    /// <exception cref="CannotBootException">They cannot be made.</exception>
    public static void Copy(NetworkManager manager, string disk, string kernel)
    {
        Requires.Root();
        foreach (var program in new[] { "mmdebstrap", "mke2fs", "e2fsck", "debugfs", "unshare", "xz", "gcc" })
            Requires.Program(program);
        // Held while copying, because another run may replace an image whose recipe has changed.
        using var alone = Workshop.Hold();
        var image = Get(manager);
        Make("cp", "--sparse=always", "--reflink=auto", image, disk);
        File.Copy(image + ".vmlinux", kernel);
    }

    private static string Get(NetworkManager manager)
    {
        var image = Path($"{manager.Image}-{Hash(RecipeOf(manager))}.img");
        if (File.Exists(image))
            return image;
        Workshop.RequireSpace(Folder, NeededBytes);
        var archive = Path($"base-{Hash(System.IO.Path.Combine(Recipe, "base"))}.tar");
        if (!File.Exists(archive))
        {
            Delete("base-*");
            Make("bash", System.IO.Path.Combine(Recipe, "base"), Suite, archive);
        }
        Delete($"{manager.Image}-*");
        using var directory = new TemporaryDirectory();
        var fault = directory.File("nic-fault");
        File.WriteAllBytes(fault, Initramfs.Compile("nic-fault"));
        Make("bash", [System.IO.Path.Combine(Recipe, "image"), manager.Name, archive, image + ".new", fault,
            .. manager.Layers]);
        if (!GuestKernel.Uncompress(image + ".new.vmlinuz", image + ".vmlinux"))
            File.Move(image + ".new.vmlinuz", image + ".vmlinux");
        File.Delete(image + ".new.vmlinuz");
        File.Move(image + ".new", image);
        return image;
    }

    private static IEnumerable<string> RecipeOf(NetworkManager manager) => Directory.GetFiles(Recipe)
        .Concat(manager.Layers.SelectMany(layer => Directory.GetFiles(
            System.IO.Path.Combine(Recipe, layer), "*", SearchOption.AllDirectories)));

    private static void Make(string program, params IEnumerable<string> arguments)
    {
        var run = Provision.Run(Folder, program, arguments);
        if (run.ExitCode != 0)
            throw new CannotBootException(
                $"{program} {string.Join(' ', arguments)}: {run.Error.TrimEnd().Split('\n')[^1]}");
    }

    private static string Path(string name) => System.IO.Path.Combine(Folder, name);

    private static void Delete(string pattern)
    {
        foreach (var file in Directory.GetFiles(Folder, pattern))
            File.Delete(file);
    }

    // nic-fault is in each image.
    private static string Hash(params IEnumerable<string> files)
    {
        using var hash = IncrementalHash.CreateHash(HashAlgorithmName.SHA256);
        foreach (var file in files.Append(System.IO.Path.Combine(Recipe, "..", "nic-fault.c")).Order(
            StringComparer.Ordinal))
        {
            hash.AppendData(Encoding.UTF8.GetBytes(System.IO.Path.GetRelativePath(Recipe, file) + '\0'));
            hash.AppendData(File.ReadAllBytes(file));
        }
        return Convert.ToHexStringLower(hash.GetHashAndReset())[..12];
    }
}
