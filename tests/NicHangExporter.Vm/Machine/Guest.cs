using System.Globalization;
using System.Net.Sockets;

namespace NicHangExporter.Vm.Machine;

/// <summary>
/// A running guest: a real Linux kernel with real drivers on emulated NICs. eno1 (e1000e, 0000:00:1f.6) is a port of
/// vmbr0, which has the address. ens18 (virtio) and ens1 (e1000) are further NICs.
/// </summary>
internal sealed class Guest : IAsyncDisposable
{
    private readonly Qemu _qemu;
    private readonly TemporaryDirectory _directory;

    private Guest(Qemu qemu, TemporaryDirectory directory, GuestPorts ports, Socket shell, Socket kmsg)
    {
        (_qemu, _directory, Ports) = (qemu, directory, ports);
        Shell = new GuestShell(shell);
        Log = new GuestLog(kmsg);
        Sent = new FramesSent(directory.File("eno1.pcap"));
    }

    /// <summary>The ports of this machine that are forwarded to it.</summary>
    public GuestPorts Ports { get; }

    public GuestShell Shell { get; }

    /// <summary>Its kernel log.</summary>
    public GuestLog Log { get; }

    /// <summary>The frames that left eno1.</summary>
    public FramesSent Sent { get; }

    /// <summary>Completes when the guest has ended.</summary>
    public Task Ended => _qemu.Ended;

    /// <summary>Boots a guest.</summary>
    /// <exception cref="CannotBootException">It cannot be booted.</exception>
    public static async Task<Guest> BootAsync(GuestOptions? choice = null)
    {
        var options = choice ?? new GuestOptions();
        Requires.Program(Qemu.Program);
        Workshop.RequireSpace(Path.GetTempPath(), options.NeededBytes);
        var directory = new TemporaryDirectory();
        Qemu? qemu = null;
        try
        {
            var initramfs = directory.File("initramfs");
            var kernel = GuestKernel.Get();
            Initramfs.Write(initramfs, kernel, PublishedExporter.Path);
            var free = GuestPorts.Free();
            var ports = free with { Eno1Web = options.Port ?? free.Eno1Web };
            using Socket shell = Listen(directory.File("shell.sock")), kmsg = Listen(directory.File("kmsg.sock"));
            qemu = Qemu.Start(kernel, initramfs, directory.Path, ports, options);
            return await UpAsync(qemu, directory, ports, shell, kmsg, options);
        }
        catch
        {
            if (qemu is not null)
                await qemu.DisposeAsync();
            directory.Dispose();
            throw;
        }
    }

    /// <summary>Its clock (CLOCK_MONOTONIC), with a resolution of 10 ms plus the duration of a command.</summary>
    public async Task<TimeSpan> UptimeAsync() =>
        TimeSpan.FromSeconds(
            double.Parse((await Shell.DoAsync("cat /proc/uptime")).Split(' ')[0], CultureInfo.InvariantCulture));

    /// <summary>Ends it like a power cut: no process in it is notified, and what is not on its disk is lost.</summary>
    public Task CutPowerAsync() => _qemu.KillAsync();

    /// <inheritdoc/>
    public async ValueTask DisposeAsync()
    {
        await _qemu.DisposeAsync();
        Shell.Dispose();
        Log.Dispose();
        _directory.Dispose();
    }

    private static Socket Listen(string path)
    {
        var socket = new Socket(AddressFamily.Unix, SocketType.Stream, ProtocolType.Unspecified);
        socket.Bind(new UnixDomainSocketEndPoint(path));
        socket.Listen();
        return socket;
    }

    private static async Task<Guest> UpAsync(
        Qemu qemu, TemporaryDirectory directory, GuestPorts ports, Socket shell, Socket kmsg, GuestOptions options)
    {
        using var limit = new CancellationTokenSource(options.BootLimit);
        using var bootLimit = CancellationTokenSource.CreateLinkedTokenSource(limit.Token);
        // If QEMU ends instead of booting the guest, this stops the wait before the time limit.
        _ = qemu.Ended.ContinueWith(
            _ => bootLimit.Cancel(), CancellationToken.None, TaskContinuationOptions.None, TaskScheduler.Default);
        Guest? guest = null;
        try
        {
            guest = new Guest(
                qemu, directory, ports, await shell.AcceptAsync(bootLimit.Token),
                await kmsg.AcceptAsync(bootLimit.Token));
            await guest.Shell.ReadyAsync(bootLimit.Token);
            await guest.Log.Compared.WaitAsync(bootLimit.Token);
            return guest;
        }
        catch (Exception error) when (error is OperationCanceledException or IOException)
        {
            var ended = !limit.IsCancellationRequested;
            await qemu.KillAsync();
            guest?.Shell.Dispose();
            guest?.Log.Dispose();
            throw new CannotBootException(
                Reason(ended, options, (await qemu.Complaints).Trim(), directory.File("console.log")));
        }
    }

    private static string Reason(bool ended, GuestOptions options, string complaints, string console)
    {
        var what = ended ? "QEMU ended before the guest was up"
            : $"the guest was not up within {options.BootLimit.TotalSeconds:0} s";
        if (complaints.Length > 0)
            return $"{what}: {complaints.Split('\n')[^1]}";
        var lines = File.Exists(console) ? File.ReadAllLines(console).Where(line => line.Length > 0).ToList() : [];
        var telling = lines.FirstOrDefault(line =>
            line.Contains("GUEST-FAILED", StringComparison.Ordinal)
            || line.Contains("Kernel panic", StringComparison.Ordinal)) ?? lines.LastOrDefault();
        return $"{what}: {telling ?? "its console says nothing"}";
    }
}
