using System.Net;
using System.Net.Sockets;

namespace NicHangExporter.Vm.Scenarios;

/// <summary>Where there is no guest to be had: the harness says which of its wants is not met, in one line, and leaves nothing running.</summary>
[Collection(typeof(FirstGuest))]
public sealed class TroubleTests
{
    private readonly int _before = OwnGuests();

    [Fact]
    public async Task Port_ThatIsTaken_IsNamed()
    {
        using var taken = new TcpListener(IPAddress.Loopback, 0);
        taken.Start();
        var port = ((IPEndPoint)taken.LocalEndpoint).Port;

        var cannot = await Assert.ThrowsAsync<CannotBootException>(() => Guest.BootAsync(new GuestOptions { Port = port }));

        Assert.Contains($"127.0.0.1:{port}", cannot.Message, StringComparison.Ordinal);
        Assert.DoesNotContain('\n', cannot.Message);
        Assert.Equal(_before, OwnGuests());
    }

    [Fact]
    public async Task Guest_ThatPanics_IsToldByItsConsole()
    {
        var cannot = await Assert.ThrowsAsync<CannotBootException>(() => Guest.BootAsync(new GuestOptions { KernelWords = "rdinit=/nowhere" }));

        Assert.Contains("QEMU ended before the guest was up", cannot.Message, StringComparison.Ordinal);
        Assert.Contains("Kernel panic", cannot.Message, StringComparison.Ordinal);
        Assert.DoesNotContain('\n', cannot.Message);
        Assert.Equal(_before, OwnGuests());
    }

    [Fact]
    public async Task Guest_ThatNeverComesUp_IsEndedAtTheLimit()
    {
        var cannot = await Assert.ThrowsAsync<CannotBootException>(() => Guest.BootAsync(new GuestOptions { BootLimit = TimeSpan.FromMilliseconds(500) }));

        Assert.Contains("was not up within", cannot.Message, StringComparison.Ordinal);
        Assert.Equal(_before, OwnGuests());
    }

    [Fact]
    public void Disk_ThatIsFull_IsNamedWithWhatIsMissing()
    {
        var cannot = Assert.Throws<CannotBootException>(() => Workshop.RequireRoom("/", long.MaxValue));

        Assert.StartsWith("no room: / has ", cannot.Message, StringComparison.Ordinal);
    }

    // The shared guest may be running beside them.
    private static int OwnGuests() => Directory.GetDirectories("/proc").Where(path => int.TryParse(Path.GetFileName(path), out _)).Count(IsOwnGuest);

    private static bool IsOwnGuest(string process)
    {
        try
        {
            var status = File.ReadAllText(Path.Combine(process, "status"));
            return status.StartsWith("Name:\tqemu-system", StringComparison.Ordinal) && status.Contains($"\nPPid:\t{Environment.ProcessId}\n", StringComparison.Ordinal);
        }
        catch (IOException)
        {
            // It has ended.
            return false;
        }
    }
}
