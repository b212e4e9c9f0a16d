namespace NicHangExporter.Setup;

/// <summary>The state of the service when it was read.</summary>
/// <param name="IsRunningSystemd">systemd runs the host. If not, the other values are false.</param>
/// <param name="IsInstalled">The unit exists.</param>
/// <param name="IsEnabled">It starts at boot.</param>
/// <param name="IsActive">It runs.</param>
/// <param name="IsRoot">It runs as root.</param>
internal readonly record struct UnitState(
    bool IsRunningSystemd, bool IsInstalled, bool IsEnabled, bool IsActive, bool IsRoot)
{
    /// <summary>It exists, and does not run or does not start at boot.</summary>
    public bool IsToBeStarted => this is { IsInstalled: true } and not { IsEnabled: true, IsActive: true };

    /// <summary>A few words for the survey.</summary>
    public string Text => this switch
    {
        { IsRunningSystemd: false } => "not managed, because systemd does not run here",
        { IsInstalled: false } => "not installed",
        _ => $"{(IsEnabled ? "enabled" : "not enabled")}, {(IsActive ? "running" : "not running")}",
    };
}

/// <summary>The service <see cref="Name"/> or the socket <see cref="SocketName"/>, by systemctl.</summary>
/// <param name="root">The root directory of the host.</param>
/// <param name="searchPath">The folders of programs, as in PATH.</param>
/// <param name="name">The unit.</param>
internal sealed class ServiceUnit(string root, string? searchPath, string name = ServiceUnit.Name)
{
    /// <summary>The unit of the Debian package.</summary>
    public const string Name = "nic-hang-exporter.service";

    /// <summary>The socket by which a service that is not root persists settings.</summary>
    public const string SocketName = "nic-hang-exporter-persist.socket";

    private static readonly TimeSpan Limit = TimeSpan.FromSeconds(60);

    private static readonly TimeSpan Pause = TimeSpan.FromMilliseconds(200);

    private readonly HostProgram _systemctl = new("systemctl", searchPath);

    /// <summary>
    /// How long a start may take. A service waits for READY=1, which needs the kernel log to be read; its own limit is
    /// TimeoutStartSec=.
    /// </summary>
    public TimeSpan StartLimit { get; init; } = Limit;

    /// <summary>Reads the state and changes nothing.</summary>
    public UnitState Read()
    {
        // sd_booted(3)
        if (!Directory.Exists(Path.Join(root, "run/systemd/system")) || _systemctl.Path is null)
            return default;
        var shown = Show("LoadState,UnitFileState,ActiveState,User");
        return new UnitState(true, shown["LoadState"] == "loaded", shown["UnitFileState"] == "enabled",
            shown["ActiveState"] is "active" or "activating", shown["User"] is "" or "root" or "0");
    }

    /// <summary>Starts the unit now and at each boot.</summary>
    /// <returns>Null if it runs, or a line that says that it is still starting.</returns>
    /// <exception cref="SetupException">systemctl failed, or the unit does not start.</exception>
    public string? Enable()
    {
        Do("enable", "--now", "--no-block");
        return AwaitStart();
    }

    /// <summary>Stops the unit, now and at each boot.</summary>
    /// <exception cref="SetupException">systemctl failed.</exception>
    public void Disable() => Do("disable", "--now");

    /// <summary>Starts the unit at each boot no longer, and leaves it as it is now.</summary>
    /// <exception cref="SetupException">systemctl failed.</exception>
    public void DisableAtBoot() => Do("disable");

    /// <summary>Stops the unit now.</summary>
    /// <exception cref="SetupException">systemctl failed.</exception>
    public void Stop() => Do("stop");

    /// <summary>Restarts the service with its new configuration.</summary>
    /// <inheritdoc cref="Enable"/>
    public string? Restart()
    {
        Do("restart", "--no-block");
        return AwaitStart();
    }

    private string? AwaitStart()
    {
        for (var start = TimeProvider.System.GetTimestamp(); ;)
        {
            var shown = Show("Job,ActiveState,SubState");
            if (shown["Job"] is "" or "0")
            {
                if (shown["ActiveState"] == "active")
                    return null;
                // The process has ended, and systemd starts it again.
                if (shown["ActiveState"] is "inactive" or "failed"
                    || shown["SubState"].StartsWith("auto-restart", StringComparison.Ordinal))
                    throw new SetupException($"{name} does not start; see journalctl -u {name} -n 20");
            }
            if (TimeProvider.System.GetElapsedTime(start) >= StartLimit)
                return $"{name} is still starting after {StartLimit.TotalSeconds:0} s: "
                    + $"look at it with systemctl status {name}";
            Task.Delay(Pause, TimeProvider.System).GetAwaiter().GetResult();
        }
    }

    // The value of a property that systemctl does not print is empty.
    private Dictionary<string, string> Show(string properties)
    {
        var values = properties.Split(',').ToDictionary(property => property, _ => "");
        foreach (var line in _systemctl.Run(Limit, "show", $"--property={properties}", name).Output.Split('\n'))
            if (line.Trim().Split('=', 2) is [var property, var value])
                values[property] = value;
        return values;
    }

    private void Do(string verb, params IEnumerable<string> options)
    {
        var result = _systemctl.Run(Limit, [verb, .. options, name]);
        if (result.ExitCode != 0)
            throw new SetupException(
                $"systemctl {verb} {name} failed: {result.Error}; see journalctl -u {name} -n 20");
    }
}
