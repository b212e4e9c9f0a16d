namespace NicHangExporter.Vm.Machine;

/// <summary>Where the parts of guests are kept from one run to the next: the kernel and the published program. Git ignores it.</summary>
internal static class Workshop
{
    /// <summary>A kernel, its modules, an initramfs and what a boot leaves behind.</summary>
    private const long NeededBytes = 1L << 30;

    /// <summary>The directory of the solution.</summary>
    public static string Repository { get; } = Find(AppContext.BaseDirectory);

    /// <summary>The directory for what is kept.</summary>
    public static string Path { get; } = Directory.CreateDirectory(System.IO.Path.Combine(Repository, "artifacts", "vm")).FullName;

    /// <summary>Fails where the disk that holds a directory is too full for a guest.</summary>
    public static void RequireRoom(string directory, long bytes = NeededBytes)
    {
        var free = new DriveInfo(directory).AvailableFreeSpace;
        if (free < bytes)
            throw new CannotBootException($"no room: {directory} has {free >> 20} MiB left, a guest needs {bytes >> 20} MiB");
    }

    private static string Find(string directory) =>
        File.Exists(System.IO.Path.Combine(directory, "NicHangExporter.sln")) ? directory : Find(System.IO.Path.GetDirectoryName(directory) ?? throw new DirectoryNotFoundException("no solution above the tests"));
}
