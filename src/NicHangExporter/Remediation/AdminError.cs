namespace NicHangExporter.Remediation;

/// <summary>Why the door did not do, or did not do for good, what is no remediation: lift a quarantine, turn the kill switch.</summary>
internal enum AdminErrorKind
{
    /// <summary>It is so already.</summary>
    NothingToDo,
    /// <summary>There is no such device here.</summary>
    UnknownDevice,
    /// <summary>It is done, but not on the disk: a restart undoes it.</summary>
    NotDurable,
    /// <summary>The remediation thread is in the kernel and does not come back.</summary>
    Busy,
    /// <summary>Something newer was decided meanwhile, and that stands.</summary>
    Overtaken,
    /// <summary>The process is ending.</summary>
    ShuttingDown,
    /// <summary>A fault of ours, which is in the log.</summary>
    Failed,
}

/// <summary>What the door says instead of nothing at all, which means that it is done.</summary>
/// <param name="Kind">For a program.</param>
/// <param name="Explanation">For a person, one sentence.</param>
internal sealed record AdminError(AdminErrorKind Kind, string Explanation);
