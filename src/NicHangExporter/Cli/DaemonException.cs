namespace NicHangExporter.Cli;

/// <summary>Why the daemon does not answer.</summary>
internal enum DaemonFailure
{
    /// <summary>No daemon listens at the socket.</summary>
    NotRunning,
    /// <summary>This user may not connect.</summary>
    PermissionDenied,
    /// <summary>Something listens, but no answer comes.</summary>
    NotAnswering,
    /// <summary>The connection broke; the request may have been read.</summary>
    ConnectionLost,
}

/// <summary>The daemon does not answer.</summary>
/// <param name="failure">Why.</param>
/// <param name="reason">The same for people: a clause without a full stop whose subject is "it".</param>
internal sealed class DaemonException(DaemonFailure failure, string reason) : Exception(reason)
{
    /// <summary>Why.</summary>
    public DaemonFailure Failure => failure;
}
