namespace NicHangExporter.Vm.Machine;

/// <summary>What a guest is to be like, where it is not like the others.</summary>
internal sealed record GuestOptions
{
    /// <summary>The file of a disk with ext4 on it, for the state directory; null for a state directory that ends with the guest.</summary>
    public string? Disk { get; init; }

    /// <summary>The far end of eno1 and ens18, where it is one that can die; null for QEMU's own small network.</summary>
    public FarEnd? FarEnd { get; init; }

    /// <summary>The guest's console is this terminal, with a shell.</summary>
    public bool ByHand { get; init; }

    /// <summary>The port that leads to eno1's web server, for a test that wants it taken; null for a free one.</summary>
    public int? Port { get; init; }

    /// <summary>How far its clock goes ahead of this machine's: for how long it seems to have been off.</summary>
    public TimeSpan ClockAhead { get; init; }

    /// <summary>Further words of the kernel's command line.</summary>
    public string KernelWords { get; init; } = "";

    /// <summary>Room for its file system and what it sends, in the directory of the run.</summary>
    public long NeededBytes { get; init; } = 256L << 20;

    /// <summary>How long the guest may take to come up. On a quiet machine it takes five seconds.</summary>
    public TimeSpan BootLimit { get; init; } = TimeSpan.FromMinutes(3);
}
