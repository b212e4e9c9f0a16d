namespace NicHangExporter.Alerting;

/// <summary>
/// The alert about one device. An Alertmanager knows an alert by its labels, so it stays the same one while it fires
/// anywhere. Immutable; <see cref="AlertSchedule"/> has the rules. Times are of the wall clock, because they leave the
/// machine and outlive the boot. The members are the format of alerts.json.
/// </summary>
/// <param name="Device">The device.</param>
/// <param name="Driver">Its driver; empty if unknown.</param>
internal sealed record OutgoingAlert(string Device, string Driver)
{
    /// <summary>The bus address; empty for a virtual device.</summary>
    public string Bus { get; init => field = value ?? ""; } = "";

    /// <summary>The id of the last episode.</summary>
    public string Episode { get; init => field = value ?? ""; } = "";

    /// <summary>How many episodes the alert covers.</summary>
    public int Episodes { get; init; } = 1;

    /// <summary>When the first episode began.</summary>
    public DateTimeOffset Start { get; init; }

    /// <summary>When the hang was last seen in progress.</summary>
    public DateTimeOffset LastSeen { get; init; }

    /// <summary>When the last episode was over; null while it is in progress.</summary>
    public DateTimeOffset? Over { get; init; }

    /// <summary>The shape of the last episode.</summary>
    public string Shape { get; init => field = value ?? ""; } = "";

    /// <summary>The decoded report of the driver, or null.</summary>
    public string? Report { get; init; }

    /// <summary>What each Alertmanager has received, by URL.</summary>
    public IReadOnlyDictionary<string, DeliveryProgress> Progress { get; init => field = value ?? None; } = None;

    private static IReadOnlyDictionary<string, DeliveryProgress> None { get; } =
        new Dictionary<string, DeliveryProgress>();

    /// <summary>False if a value is missing or impossible.</summary>
    internal bool IsValid =>
        Device is not null && Driver is not null && Progress.Values.All(progress => progress is not null);
}

/// <summary>What one Alertmanager has received of an alert.</summary>
/// <param name="StartsAt">The start that it is sent.</param>
internal sealed record DeliveryProgress(DateTimeOffset StartsAt)
{
    /// <summary>Since when the alert has been firing there without a gap; null for not yet.</summary>
    public DateTimeOffset? FiringSince { get; init; }

    /// <summary>When the Alertmanager last accepted it.</summary>
    public DateTimeOffset? LastTaken { get; init; }

    /// <summary>The Alertmanager has accepted that the alert is over.</summary>
    public bool Resolved { get; init; }
}
