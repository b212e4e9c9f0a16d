namespace NicHangExporter.Alerting;

/// <summary>What an Alertmanager is sent.</summary>
internal enum AlertStatus
{
    /// <summary>The alert fires, for <see cref="AlertSchedule.Validity"/> if nothing follows.</summary>
    Firing,
    /// <summary>The alert is over.</summary>
    Resolved,
}

/// <summary>An alert that an Alertmanager is to be sent now.</summary>
/// <param name="Alert">The alert.</param>
/// <param name="Status">What is sent of it.</param>
internal readonly record struct DueAlert(OutgoingAlert Alert, AlertStatus Status);
