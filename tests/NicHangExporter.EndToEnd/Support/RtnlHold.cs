using System.Diagnostics;

namespace NicHangExporter.EndToEnd.Support;

/// <summary>
/// Another process (rtnl-hold.c) that holds the kernel's RTNL lock until disposal, like a driver that is stuck in a
/// reset. It releases the lock after a time limit, and when this process ends.
/// </summary>
internal sealed class RtnlHold : IDisposable
{
    private readonly Process _process;

    private RtnlHold(Process process) => _process = process;

    /// <summary>Takes RTNL; returns when it is held.</summary>
    /// <param name="longest">The time limit.</param>
    public static async Task<RtnlHold> TakeAsync(TimeSpan longest)
    {
        Requires.Root();
        Requires.Program("gcc");
        var program = Path.Combine(AppContext.BaseDirectory, "rtnl-hold");
        Execution.Of(
            "gcc", "-Wall", "-Wextra", "-Werror", "-O2", "-pthread", "-o", program,
            Path.Combine(AppContext.BaseDirectory, "Support", "rtnl-hold.c")).Succeeded();
        var process = Process.Start(new ProcessStartInfo(
            program, [((int)longest.TotalMilliseconds).ToString(System.Globalization.CultureInfo.InvariantCulture)])
        {
            RedirectStandardInput = true,
            RedirectStandardOutput = true,
        })!;
        Assert.Equal("held", await process.StandardOutput.ReadLineAsync(TestContext.Current.CancellationToken));
        return new RtnlHold(process);
    }

    /// <summary>True if a program that needs RTNL still waits after a second.</summary>
    public static bool IsHeld()
    {
        using var other =
            Process.Start(new ProcessStartInfo(Requires.Find("ip")!, ["link", "set", "dev", "lo", "up"]))!;
        var waits = !other.WaitForExit(TimeSpan.FromSeconds(1));
        return waits;
    }

    /// <inheritdoc/>
    public void Dispose()
    {
        _process.StandardInput.Close();
        _process.WaitForExit();
        _process.Dispose();
    }
}
