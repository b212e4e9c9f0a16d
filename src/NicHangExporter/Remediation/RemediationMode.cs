namespace NicHangExporter.Remediation;

/// <summary>How far a trigger may go.</summary>
internal enum RemediationMode
{
    /// <summary>Nothing is done and nothing is said.</summary>
    Off,
    /// <summary>Everything but the change: what would have been done goes to the journal, the log and the metrics.</summary>
    Observe,
    /// <summary>The change is made.</summary>
    Enforce,
}
