using System.Globalization;

namespace NicHangExporter.Vm.Debian;

/// <summary>
/// The files of one Debian guest, and QEMU's arguments. 0000:00:1f.6 is an e1000e, 0000:00:04.0 a virtio NIC.
/// </summary>
internal sealed class DebianMachine : IDisposable
{
    // The first processor of this emulator with what Debian 13 and the exporter need. "max" boots more slowly.
    private const string Processor = "qemu64,+ssse3,+sse4.1,+sse4.2,+popcnt";

    // A smaller cache of translated code than the default saves 280 MB of this machine's memory.
    private const string Accelerator = "tcg,thread=multi,tb-size=128";

    private readonly TemporaryDirectory _directory = new();

    /// <summary>Files of this machine that the guest sees in /mnt.</summary>
    public string Share => Directory.CreateDirectory(_directory.File("share")).FullName;

    public DebianPorts Ports { get; } = DebianPorts.Free();

    public string Console => _directory.File("console.log");

    /// <summary>The socket of the command channel.</summary>
    public string Channel => _directory.File("channel.sock");

    private string Disk => _directory.File("disk.img");

    private string Kernel => _directory.File("vmlinux");

    private string Initramfs => _directory.File("initrd.img");

    /// <summary>Gets the disk.</summary>
    public static DebianMachine Of(NetworkManager manager)
    {
        var machine = new DebianMachine();
        try
        {
            DebianImage.Copy(manager, machine.Disk, machine.Kernel);
            return machine;
        }
        catch
        {
            machine.Dispose();
            throw;
        }
    }

    /// <summary>Starts it on its disk.</summary>
    public Qemu Start()
    {
        TakeInitramfs();
        return Qemu.Start([.. Hardware(), .. Networks()]);
    }

    public void Dispose() => _directory.Dispose();

    // Out of the disk, so that the guest's update-initramfs counts at its next boot. e2fsck replays what a power cut
    // has left in the journal; 1 says that it has corrected something.
    private void TakeInitramfs()
    {
        var check = Provision.Run(_directory.Path, "e2fsck", "-p", Disk);
        if (check.ExitCode > 1)
            throw new CannotBootException($"the guest's disk is damaged: {check.Output}{check.Error}");
        var name = Provision.Run(_directory.Path, "debugfs", "-R", "ls -p /boot", Disk).Succeeded().Split('/')
            .Single(word => word.StartsWith("initrd.img-", StringComparison.Ordinal));
        Provision.Run(_directory.Path, "debugfs", "-R", $"dump /boot/{name} {Initramfs}", Disk).Succeeded();
    }

    private IEnumerable<string> Hardware() =>
    [
        "-M", "q35", "-accel", Accelerator, "-cpu", Processor, "-smp", "2", "-m", "512", "-nodefaults",
        // A reboot of the guest ends QEMU.
        "-display", "none", "-no-reboot",
        "-kernel", Kernel, "-initrd", Initramfs,
        // iomem=relaxed gives nic-fault access to the registers.
        "-append", "root=/dev/vda rw console=ttyS0 quiet loglevel=4 systemd.show_status=0 panic=-1 mitigations=off "
            + "random.trust_cpu=on iomem=relaxed",
        "-drive", $"if=none,id=disk,file={Disk},format=raw,cache=unsafe",
        "-device", "virtio-blk-pci,drive=disk,addr=03.0",
        "-virtfs", $"local,path={Share},mount_tag=share,security_model=none,readonly=on",
        "-chardev", $"file,id=console,path={Console},append=on", "-serial", "chardev:console",
        "-chardev", $"socket,id=channel,path={Channel}", "-serial", "chardev:channel",
    ];

    private IEnumerable<string> Networks() =>
    [
        "-netdev", User("hangs", "10.0.2", (Ports.Web, 80)),
        "-device", "e1000e,netdev=hangs,addr=1f.6,mac=52:54:00:00:00:01,romfile=",
        "-netdev", User("other", "10.0.3", (Ports.OtherWeb, 80), (Ports.OtherExporter, 19642)),
        "-device", "virtio-net-pci,netdev=other,addr=04.0,mac=52:54:00:00:00:02,romfile=",
    ];

    private static string User(string name, string network, params (int From, int To)[] forwards) =>
        $"user,id={name},net={network}.0/24" + string.Concat(forwards.Select(forward => string.Create(
            CultureInfo.InvariantCulture, $",hostfwd=tcp:127.0.0.1:{forward.From}-{network}.15:{forward.To}")));
}
