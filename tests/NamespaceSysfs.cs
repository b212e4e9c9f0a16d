using System.Diagnostics;

namespace NicHangExporter.TestSupport;

/// <summary>
/// The /sys of a test's own network namespace. sysfs shows the namespace of the process that mounted it, so <c>ip netns
/// exec</c> mounts one, and a program that it runs keeps the mount alive.
/// </summary>
internal sealed class NamespaceSysfs : IDisposable
{
    private readonly Process _keeper;
    private readonly int _id;
    private bool _isEnded;

    public NamespaceSysfs(NetworkNamespace network)
    {
        // cat ends with its input, at the latest with this process.
        _keeper = Process.Start(
            new ProcessStartInfo(
                Requires.Find("ip")!, ["netns", "exec", network.Name, "sh", "-c", "echo mounted; exec cat"])
            {
                RedirectStandardInput = true,
                RedirectStandardOutput = true,
            })!;
        _id = _keeper.Id;
        Assert.Equal("mounted", _keeper.StandardOutput.ReadLine());
    }

    public string Root => $"/proc/{_id}/root/sys";

    /// <summary>net/dev of the namespace.</summary>
    public string NetDev => $"/proc/{_id}/net/dev";

    public void Dispose()
    {
        if (_isEnded)
            return;
        _isEnded = true;
        _keeper.StandardInput.Close();
        _keeper.WaitForExit();
        _keeper.Dispose();
    }
}
