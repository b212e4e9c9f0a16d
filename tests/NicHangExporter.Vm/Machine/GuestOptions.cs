namespace NicHangExporter.Vm.Machine;

/// <summary>Settings of a guest that differ from the default guest.</summary>
internal sealed record GuestOptions
{
    /// <summary>
    /// The file of a disk with ext4, for the state directory; null for a state directory that ends with the guest.
    /// </summary>
    public string? Disk { get; init; }

    /// <summary>A far end of eno1 and ens18 that can die; null for QEMU's own small network.</summary>
    public FarEnd? FarEnd { get; init; }

    /// <summary>The guest's console is this terminal, with a shell.</summary>
    public bool ByHand { get; init; }

    /// <summary>
    /// The port that leads to eno1's web server, for a test in which it is in use; null for a free one.
    /// </summary>
    public int? Port { get; init; }

    /// <summary>How far its clock is ahead of this machine's: the simulated time without power.</summary>
    public TimeSpan ClockAhead { get; init; }

    /// <summary>Additional words of the kernel's command line.</summary>
    public string KernelWords { get; init; } = "";

    /// <summary>
    /// Disk space in bytes for its file system and the frames that it sends, in the directory of the run.
    /// </summary>
    public long NeededBytes { get; init; } = 256L << 20;

    /// <summary>Time limit of the boot. On an idle machine the boot takes five seconds.</summary>
    public TimeSpan BootLimit { get; init; } = TimeSpan.FromMinutes(3);
}
