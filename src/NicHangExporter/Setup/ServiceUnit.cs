namespace NicHangExporter.Setup;

/// <summary>The state of the service when it was read.</summary>
/// <param name="IsRunningSystemd">systemd runs the host. If not, the other values are false.</param>
/// <param name="IsInstalled">The unit exists.</param>
/// <param name="IsEnabled">It starts at boot.</param>
/// <param name="IsActive">It runs.</param>
internal readonly record struct UnitState(bool IsRunningSystemd, bool IsInstalled, bool IsEnabled, bool IsActive)
{
    /// <summary>A few words for the survey.</summary>
    public string Text => this switch
    {
        { IsRunningSystemd: false } => "not managed, because systemd does not run here",
        { IsInstalled: false } => "not installed",
        _ => $"{(IsEnabled ? "enabled" : "not enabled")}, {(IsActive ? "running" : "not running")}",
    };
}

/// <summary>The service <see cref="Name"/>, by systemctl.</summary>
/// <param name="root">The root directory of the host.</param>
/// <param name="searchPath">The folders of programs, as in PATH.</param>
internal sealed class ServiceUnit(string root, string? searchPath)
{
    /// <summary>The unit of the Debian package.</summary>
    public const string Name = "nic-hang-exporter.service";

    // A start waits for READY=1, which needs the kernel log to be read.
    private static readonly TimeSpan Limit = TimeSpan.FromSeconds(60);

    private readonly HostProgram _systemctl = new("systemctl", searchPath);

    /// <summary>Reads the state and changes nothing.</summary>
    public UnitState Read()
    {
        // sd_booted(3)
        if (!Directory.Exists(Path.Join(root, "run/systemd/system")) || _systemctl.Path is null)
            return default;
        var shown = _systemctl.Run(Limit, "show", "--property=LoadState,UnitFileState,ActiveState", Name).Output
            .Split('\n').Select(line => line.Trim()).ToList();
        return new UnitState(true, shown.Contains("LoadState=loaded"), shown.Contains("UnitFileState=enabled"),
            shown.Contains("ActiveState=active") || shown.Contains("ActiveState=activating"));
    }

    /// <summary>Starts the service now and at each boot.</summary>
    /// <exception cref="SetupException">systemctl failed.</exception>
    public void Enable() => Do("enable", "--now");

    /// <summary>Stops the service, now and at each boot.</summary>
    /// <exception cref="SetupException">systemctl failed.</exception>
    public void Disable() => Do("disable", "--now");

    /// <summary>Starts the service at each boot no longer, and leaves it as it is now.</summary>
    /// <exception cref="SetupException">systemctl failed.</exception>
    public void DisableAtBoot() => Do("disable");

    /// <summary>Stops the service now.</summary>
    /// <exception cref="SetupException">systemctl failed.</exception>
    public void Stop() => Do("stop");

    /// <summary>Restarts the service with its new configuration.</summary>
    /// <exception cref="SetupException">systemctl failed.</exception>
    public void Restart() => Do("restart");

    private void Do(string verb, params IEnumerable<string> options)
    {
        var result = _systemctl.Run(Limit, [verb, .. options, Name]);
        if (result.ExitCode != 0)
            throw new SetupException(
                $"systemctl {verb} {Name} failed: {result.Error}; see journalctl -u {Name} -n 20");
    }
}
