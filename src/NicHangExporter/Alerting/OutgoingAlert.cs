namespace NicHangExporter.Alerting;

/// <summary>
/// The alert about one device: as long as it is firing anywhere it is the same one, because an Alertmanager knows an alert by its labels. Immutable; the
/// rules are in <see cref="AlertSchedule"/>. Times are of the wall clock, for they leave the machine and outlive the boot.
/// </summary>
/// <param name="Device">The device.</param>
/// <param name="Driver">Its driver; empty where unknown.</param>
internal sealed record OutgoingAlert(string Device, string Driver)
{
    /// <summary>Address on the bus; empty for a virtual device.</summary>
    public string Bus { get; init => field = value ?? ""; } = "";

    /// <summary>The last episode of it.</summary>
    public string Episode { get; init => field = value ?? ""; } = "";

    /// <summary>How many episodes it stands for.</summary>
    public int Episodes { get; init; } = 1;

    /// <summary>When the first of them began.</summary>
    public DateTimeOffset Start { get; init; }

    /// <summary>When the hang was last seen to be under way.</summary>
    public DateTimeOffset LastSeen { get; init; }

    /// <summary>When the last of them was over; null while it is under way.</summary>
    public DateTimeOffset? Over { get; init; }

    /// <summary>The shape of the last one.</summary>
    public string Shape { get; init => field = value ?? ""; } = "";

    /// <summary>The decoded report of the driver; null where there is none.</summary>
    public string? Report { get; init; }

    /// <summary>How far each Alertmanager knows of it, by URL.</summary>
    public IReadOnlyDictionary<string, PushProgress> Progress { get; init => field = value ?? None; } = None;

    private static IReadOnlyDictionary<string, PushProgress> None { get; } = new Dictionary<string, PushProgress>();

    /// <summary>False for what a file may hold and cannot be.</summary>
    internal bool IsSound => Device is not null && Driver is not null && Progress.Values.All(progress => progress is not null);
}

/// <summary>How far one Alertmanager knows of an alert.</summary>
/// <param name="StartsAt">The start that it is told.</param>
internal sealed record PushProgress(DateTimeOffset StartsAt)
{
    /// <summary>Since when it has been firing there without a gap; null for not yet.</summary>
    public DateTimeOffset? FiringSince { get; init; }

    /// <summary>When it was last taken there.</summary>
    public DateTimeOffset? LastTaken { get; init; }

    /// <summary>It was told that it is over.</summary>
    public bool Resolved { get; init; }
}
