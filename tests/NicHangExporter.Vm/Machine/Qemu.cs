using System.Diagnostics;
using System.Globalization;

namespace NicHangExporter.Vm.Machine;

/// <summary>The emulator as one process, without KVM. It is ended by its process ID.</summary>
internal sealed class Qemu : IAsyncDisposable
{
    /// <summary>Debian's name of the program.</summary>
    public const string Program = "qemu-system-x86_64";

    private static readonly TimeSpan EndLimit = TimeSpan.FromSeconds(20);

    private readonly Process _process;
    private readonly Task<string> _complaints;

    private Qemu(Process process, bool byHand)
    {
        _process = process;
        _complaints = byHand ? Task.FromResult("") : process.StandardError.ReadToEndAsync();
    }

    /// <summary>Completes when the process has ended.</summary>
    public Task Ended => _process.WaitForExitAsync();

    /// <summary>Its error output, available when it has ended.</summary>
    public Task<string> Complaints => _complaints;

    /// <summary>Starts a guest.</summary>
    public static Qemu Start(
        GuestKernel kernel, string initramfs, string directory, GuestPorts ports, GuestOptions options)
    {
        var words = Machine(kernel, initramfs, options).Concat(Serials(directory, options))
            .Concat(Networks(directory, ports, options)).ToList();
        if (options.Disk is { } disk)
            words.AddRange(["-drive", $"file={disk},if=virtio,format=raw"]);
        return Start(words, options.ByHand);
    }

    /// <summary>Starts a machine by the arguments of the emulator.</summary>
    /// <param name="words">The arguments.</param>
    /// <param name="byHand">Its console is this terminal.</param>
    public static Qemu Start(IEnumerable<string> words, bool byHand = false) =>
        // Emulation has the lowest priority: everything else on the machine runs first.
        new(Process.Start(new ProcessStartInfo("nice", ["-n", "5", Program, .. words])
        {
            RedirectStandardError = !byHand,
            RedirectStandardInput = !byHand,
        })!, byHand);

    /// <summary>Ends the guest like a power cut.</summary>
    public async Task KillAsync()
    {
        if (!_process.HasExited)
            _process.Kill();
        await _process.WaitForExitAsync().WaitAsync(EndLimit);
    }

    /// <inheritdoc/>
    public async ValueTask DisposeAsync()
    {
        await KillAsync();
        _process.Dispose();
    }

    private static IEnumerable<string> Machine(GuestKernel kernel, string initramfs, GuestOptions options) =>
    [
        "-M", "q35", "-accel", "tcg,thread=multi", "-cpu", "max", "-smp", "1", "-m", "512", "-nodefaults", "-display",
            "none", "-no-reboot",
        "-rtc", string.Create(
            CultureInfo.InvariantCulture, $"base={DateTime.UtcNow + options.ClockAhead:yyyy-MM-ddTHH:mm:ss}"),
        "-kernel", kernel.Image, "-initrd", initramfs,
        // panic=-1: a guest that panics ends QEMU immediately, without waiting for a time limit. iomem=relaxed gives
        // nic-fault access to the registers.
        "-append", $"console=ttyS0 panic=-1 mitigations=off random.trust_cpu=on iomem=relaxed net.ifnames=0 "
            + $"{(options.ByHand ? "hands=yes " : "quiet ")}{(options.Disk is null ? "" : "disk=yes ")}"
            + options.KernelWords,
    ];

    private static IEnumerable<string> Serials(string directory, GuestOptions options) =>
    [
        .. options.ByHand ? new[] { "-serial", "mon:stdio" }
            : ["-chardev", $"file,id=console,path={directory}/console.log", "-serial", "chardev:console"],
        "-chardev", $"socket,id=shell,path={directory}/shell.sock", "-serial", "chardev:shell",
        "-chardev", $"socket,id=kmsg,path={directory}/kmsg.sock", "-serial", "chardev:kmsg",
    ];

    private static IEnumerable<string> Networks(string directory, GuestPorts ports, GuestOptions options)
    {
        var (eno1, ens18) = options.FarEnd is { } far
            ? (far.Netdev("eno1"), far.Netdev("ens18"))
            : (User("eno1", "10.0.2", (ports.Eno1Web, "15:80"), (ports.Eno1Exporter, "15:19642"),
                (ports.ContainerWeb, "16:80")),
                User("ens18", "10.0.3", (ports.Ens18Web, "15:80"), (ports.Ens18Exporter, "15:19642")));
        return
        [
            "-netdev", eno1, "-device", "e1000e,netdev=eno1,addr=1f.6,mac=52:54:00:00:00:01",
            // Records each frame that leaves eno1 with its time: the host's view.
            "-object", $"filter-dump,id=sent,netdev=eno1,queue=rx,maxlen=96,file={directory}/eno1.pcap",
            "-netdev", ens18, "-device", "virtio-net-pci,netdev=ens18,addr=04.0,mac=52:54:00:00:00:02,romfile=",
            "-netdev", User("ens1", "10.0.4", (ports.Ens1Web, "15:80"), (ports.Ens1Exporter, "15:19642")), "-device",
            "e1000,netdev=ens1,addr=05.0,mac=52:54:00:00:00:03,romfile=",
        ];
    }

    private static string User(string name, string network, params (int Port, string Target)[] forwards) =>
        $"user,id={name},net={network}.0/24"
        + string.Concat(
            forwards.Select(
                forward => string.Create(CultureInfo.InvariantCulture,
                    $",hostfwd=tcp:127.0.0.1:{forward.Port}-{network}.{forward.Target}")));
}
