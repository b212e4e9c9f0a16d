using System.Net;
using System.Net.Sockets;

namespace NicHangExporter.Vm.Scenarios;

/// <summary>
/// No guest can be booted: the harness reports the missing requirement in one line, and leaves nothing running.
/// </summary>
[Collection(typeof(FirstGuest))]
public sealed class TroubleTests
{
    // Identifies the processes of this test, even after their parent has ended.
    private readonly string _mark = $"mark={Guid.NewGuid():N}";

    [Fact]
    public async Task Port_ThatIsTaken_IsNamed()
    {
        using var taken = new TcpListener(IPAddress.Loopback, 0);
        taken.Start();
        var port = ((IPEndPoint)taken.LocalEndpoint).Port;

        var cannot = await Assert.ThrowsAsync<CannotBootException>(() =>
            Guest.BootAsync(new GuestOptions { Port = port, KernelWords = _mark }));

        Assert.Contains($"127.0.0.1:{port}", cannot.Message, StringComparison.Ordinal);
        Assert.DoesNotContain('\n', cannot.Message);
        Assert.Empty(Running());
    }

    [Fact]
    public async Task Guest_ThatPanics_IsReportedFromItsConsole()
    {
        var cannot = await Assert.ThrowsAsync<CannotBootException>(() =>
            Guest.BootAsync(new GuestOptions { KernelWords = $"rdinit=/nowhere {_mark}" }));

        Assert.Contains("QEMU ended before the guest was up", cannot.Message, StringComparison.Ordinal);
        Assert.Contains("Kernel panic", cannot.Message, StringComparison.Ordinal);
        Assert.DoesNotContain('\n', cannot.Message);
        Assert.Empty(Running());
    }

    [Fact]
    public async Task Guest_ThatNeverComesUp_IsEndedAtTheLimit()
    {
        var cannot = await Assert.ThrowsAsync<CannotBootException>(() =>
            Guest.BootAsync(new GuestOptions { BootLimit = TimeSpan.FromMilliseconds(500), KernelWords = _mark }));

        Assert.Contains("was not up within", cannot.Message, StringComparison.Ordinal);
        Assert.DoesNotContain('\n', cannot.Message);
        Assert.Empty(Running());
    }

    [Fact]
    public async Task Disk_ThatIsFull_IsNamedWithWhatIsMissing()
    {
        var cannot = await Assert.ThrowsAsync<CannotBootException>(() =>
            Guest.BootAsync(new GuestOptions { NeededBytes = long.MaxValue, KernelWords = _mark }));

        Assert.StartsWith($"not enough space: {Path.GetTempPath()} has ", cannot.Message, StringComparison.Ordinal);
        Assert.DoesNotContain('\n', cannot.Message);
        Assert.Empty(Running());
    }

    [Fact]
    public void Disk_ThatGetsFullMeanwhile_IsNamedInOneLine()
    {
        var cannot = Assert.Throws<CannotBootException>(() =>
            Initramfs.Write("/dev/full", GuestKernel.Get(), PublishedExporter.Path));

        Assert.Contains("No space left on device", cannot.Message, StringComparison.Ordinal);
        Assert.DoesNotContain('\n', cannot.Message);
    }

    private List<string> Running() =>
        [.. Directory.GetDirectories("/proc").Where(path => int.TryParse(Path.GetFileName(path), out _)).Where(IsMine)];

    private bool IsMine(string process)
    {
        try
        {
            return File.ReadAllText(Path.Combine(process, "cmdline")).Contains(_mark, StringComparison.Ordinal);
        }
        catch (Exception error) when (error is IOException or UnauthorizedAccessException)
        {
            // It has ended, or belongs to another user.
            return false;
        }
    }
}
