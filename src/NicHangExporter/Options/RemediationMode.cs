namespace NicHangExporter.Options;

/// <summary>How far a trigger may go.</summary>
internal enum RemediationMode
{
    /// <summary>Requests are declined.</summary>
    Off,
    /// <summary>Everything except the change: journal, log and metrics show what would have been done.</summary>
    Observe,
    /// <summary>The change is made.</summary>
    Enforce,
}
