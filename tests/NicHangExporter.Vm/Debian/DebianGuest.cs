using System.Diagnostics;
using System.Globalization;
using System.Net.Sockets;

namespace NicHangExporter.Vm.Debian;

/// <summary>
/// A running Debian system with systemd, like a Proxmox host: its e1000e is a port of vmbr0, which has the address.
/// enp0s4 is another NIC. Its disk lives as long as this object, through reboots and power cuts.
/// </summary>
internal sealed class DebianGuest : IAsyncDisposable
{
    /// <summary>The e1000e's bus address.</summary>
    public const string Bus = "0000:00:1f.6";

    // On a quiet machine a boot takes half a minute and a shutdown three seconds.
    private static readonly TimeSpan BootLimit = TimeSpan.FromMinutes(5);
    private static readonly TimeSpan ShutdownLimit = TimeSpan.FromMinutes(3);

    private readonly DebianMachine _machine;
    private readonly NetworkManager _manager;
    private Qemu? _qemu;
    private GuestShell? _shell;

    private DebianGuest(DebianMachine machine, NetworkManager manager) => (_machine, _manager) = (machine, manager);

    /// <summary>The e1000e's name.</summary>
    public string Device => _manager.Device;

    public DebianPorts Ports => _machine.Ports;

    /// <summary>bash as root, since the last boot.</summary>
    public GuestShell Shell => _shell ?? throw new InvalidOperationException("the guest does not run");

    /// <summary>The e1000e, since the last boot.</summary>
    public GuestNic Nic => new(Shell, Device);

    /// <summary>The time from the start of the emulator until the last boot was complete.</summary>
    public TimeSpan BootTime { get; private set; }

    /// <summary>Boots a guest with a new disk.</summary>
    /// <exception cref="CannotBootException">It cannot be booted.</exception>
    public static async Task<DebianGuest> BootAsync(NetworkManager manager)
    {
        Requires.Program(Qemu.Program);
        var guest = new DebianGuest(DebianMachine.Of(manager), manager);
        try
        {
            await guest.StartAsync();
            return guest;
        }
        catch
        {
            await guest.DisposeAsync();
            throw;
        }
    }

    /// <summary>The output of a script that must succeed.</summary>
    public Task<string> DoAsync(string script, TimeSpan? limit = null) => Shell.DoAsync(script, limit);

    /// <summary>Gives the guest a file of this machine; returns its path in the guest until the next boot.</summary>
    public async Task<string> PutAsync(string path)
    {
        File.Copy(path, Path.Combine(_machine.Share, Path.GetFileName(path)), overwrite: true);
        await DoAsync("mountpoint -q /mnt || mount -t 9p -o ro,trans=virtio,version=9p2000.L,msize=262144 share /mnt");
        return $"/mnt/{Path.GetFileName(path)}";
    }

    /// <summary>Loads the NIC: a page that is too large for a single segment.</summary>
    public async Task LoadAsync()
    {
        using var http = new HttpClient { Timeout = TimeSpan.FromSeconds(60) };
        await http.GetByteArrayAsync(
            new Uri($"http://127.0.0.1:{Ports.Web}/big"), TestContext.Current.CancellationToken);
    }

    /// <summary>TSO segments that the NIC has sent since its driver was loaded, by its own counter.</summary>
    public async Task<long> TsoSegmentsAsync() => long.Parse(
        await DoAsync($"ethtool -S {Device} | sed -n 's/^ *tx_tcp_seg_good: //p'"), CultureInfo.InvariantCulture);

    /// <summary>Lines of this boot's kernel log with a text.</summary>
    public async Task<string> KernelLogAsync(string text) =>
        (await Shell.RunAsync($"journalctl --dmesg --boot --output=cat | grep -F '{text}'")).Output;

    /// <summary>Reboots it as an administrator does.</summary>
    public async Task RebootAsync()
    {
        try
        {
            await DoAsync("systemctl reboot --no-block", ShutdownLimit);
        }
        catch (EndOfStreamException)
        {
            // The command channel ended before it could answer.
        }
        await _qemu!.Ended.WaitAsync(ShutdownLimit, TestContext.Current.CancellationToken);
        await StartAsync();
    }

    /// <summary>Ends it like a power cut and boots it again.</summary>
    public async Task CutPowerAndBootAsync()
    {
        await _qemu!.KillAsync();
        await StartAsync();
    }

    /// <inheritdoc/>
    public async ValueTask DisposeAsync()
    {
        await StopAsync();
        _machine.Dispose();
    }

    private async Task StopAsync()
    {
        if (_qemu is not null)
            await _qemu.DisposeAsync();
        _shell?.Dispose();
        (_qemu, _shell) = (null, null);
    }

    private async Task StartAsync()
    {
        await StopAsync();
        var clock = Stopwatch.StartNew();
        File.Delete(_machine.Channel);
        using var listener = new Socket(AddressFamily.Unix, SocketType.Stream, ProtocolType.Unspecified);
        listener.Bind(new UnixDomainSocketEndPoint(_machine.Channel));
        listener.Listen();
        _qemu = _machine.Start();
        using var limit = new CancellationTokenSource(BootLimit);
        using var either = CancellationTokenSource.CreateLinkedTokenSource(limit.Token);
        // If QEMU ends instead of booting the guest, this stops the wait before the time limit.
        _ = _qemu.Ended.ContinueWith(
            _ => either.Cancel(), CancellationToken.None, TaskContinuationOptions.None, TaskScheduler.Default);
        try
        {
            _shell = new GuestShell(await listener.AcceptAsync(either.Token));
            await _shell.ReadyAsync(either.Token);
        }
        catch (Exception error) when (error is OperationCanceledException or IOException)
        {
            await _qemu.KillAsync();
            throw new CannotBootException(
                $"the guest did not boot within {BootLimit}: {await _qemu.Complaints} {LastOfConsole()}");
        }
        await UpAsync();
        BootTime = clock.Elapsed;
    }

    private async Task UpAsync()
    {
        var state = (await Shell.RunAsync("systemctl is-system-running --wait", BootLimit)).Output.Trim();
        if (state != "running")
            throw new CannotBootException(
                $"the guest is {state}: {(await Shell.RunAsync("systemctl --failed --no-legend")).Output}");
        if (_manager.Ready.Length > 0)
            await DoAsync(_manager.Ready, BootLimit);
    }

    private string LastOfConsole() =>
        File.Exists(_machine.Console) ? File.ReadLines(_machine.Console).LastOrDefault(line => line.Length > 0) ?? ""
        : "";
}
