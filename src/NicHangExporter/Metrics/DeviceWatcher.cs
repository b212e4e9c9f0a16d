using NicHangExporter.Hosting;
using NicHangExporter.Linux;
using NicHangExporter.Linux.Link;
using NicHangExporter.Linux.Netlink;

namespace NicHangExporter.Metrics;

/// <summary>
/// Lets the inventory follow the kernel's notifications, and takes them on a thread that waits for nothing else, so
/// that news is raised as soon as the kernel has them.
/// </summary>
internal sealed partial class DeviceWatcher(
    DeviceInventory inventory, TimeProvider clock, ILogger<DeviceWatcher> logger) : IDisposable
{
    /// <summary>The pause after notifications were taken: a flood costs a look at each device ten times a second.
    /// </summary>
    private static readonly TimeSpan Pause = TimeSpan.FromMilliseconds(100);

    /// <summary>The pause after a flood that was too fast, which costs a look at all devices.</summary>
    private static readonly TimeSpan LongPause = TimeSpan.FromSeconds(1);

    private LinkNotifications? _notifications;
    private LinkIdentity? _identity;
    private Thread? _thread;
    private volatile bool _isStopped;

    /// <summary>
    /// Opens the sockets and starts the thread. Without sockets the inventory lists the devices at each use.
    /// </summary>
    public void Start()
    {
        inventory.FollowingChanged += Log;
        try
        {
            _notifications = LinkNotifications.TryOpen(out var errno);
            if (_notifications is null)
            {
                Log(new LinuxException("socket", "AF_NETLINK", errno).Message);
                return;
            }
            _identity = new LinkIdentity();
        }
        catch (LinuxException exception)
        {
            Log(exception.Message);
            return;
        }
        inventory.Follow(
            new DeviceFeed(_notifications.DrainLinks, _identity.ReadNames, _identity.Compare, clock));
        // A background thread: a request to the kernel can wait for its locks.
        _thread = new Thread(Run) { IsBackground = true, Name = "netlink" };
        _thread.Start();
    }

    /// <inheritdoc/>
    public void Dispose()
    {
        _isStopped = true;
        _notifications?.Wake();
        inventory.Unfollow();
        // Unless it waits for a lock of the kernel. Then the process ends without it.
        if (_thread?.Join(LongPause) == false)
            return;
        _notifications?.Dispose();
        _identity?.Dispose();
    }

    private void Run()
    {
        var settings = new List<LinkNotice>();
        try
        {
            if (_notifications!.TryJoinEthtool())
                inventory.JoinSettings();
            else
                LogNoEthtool();
            while (!_isStopped)
            {
                _notifications.Wait();
                if (_isStopped)
                    return;
                settings.Clear();
                var isWhole = _notifications.DrainSettings(settings);
                isWhole &= inventory.Take(settings, isWhole);
                // The socket for links has failed, and poll(2) would return each time.
                if (!inventory.HasFeed)
                    return;
                _notifications.Rest(isWhole ? Pause : LongPause);
            }
        }
        catch (LinuxException exception)
        {
            inventory.Unfollow();
            Log(exception.Message);
        }
    }

    private void Log(string? reason)
    {
        if (reason is null)
            LogFollowing();
        else
            LogListing(reason);
    }

    [LoggerMessage(EventIds.DevicesFollowed, LogLevel.Information,
        "The kernel's notifications keep the table of network devices up to date")]
    private partial void LogFollowing();

    [LoggerMessage(EventIds.DevicesListed, LogLevel.Information,
        "The network devices are listed at each use, because their notifications can't be used: {Reason}")]
    private partial void LogListing(string reason);

    [LoggerMessage(EventIds.SettingsUnnotified, LogLevel.Information,
        "The kernel has no notifications of ethtool, so a changed setting is found at the next ethtool poll")]
    private partial void LogNoEthtool();
}
