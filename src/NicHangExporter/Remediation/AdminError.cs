namespace NicHangExporter.Remediation;

/// <summary>Why an administrative request failed: pause, resume, clear a quarantine.</summary>
internal enum AdminErrorKind
{
    /// <summary>Nothing changes: it is so already.</summary>
    NothingToDo,
    /// <summary>There is no such device here.</summary>
    UnknownDevice,
    /// <summary>It is done, but not recorded: a restart undoes it.</summary>
    NotDurable,
    /// <summary>The remediation thread is blocked by a command to the kernel.</summary>
    Busy,
    /// <summary>A newer decision came first and stands.</summary>
    Overtaken,
    /// <summary>The process is ending.</summary>
    ShuttingDown,
    /// <summary>An unexpected error, which is in the log.</summary>
    Failed,
}

/// <summary>The error of an administrative request; null instead of it means success.</summary>
/// <param name="Kind">For a program.</param>
/// <param name="Explanation">For a person, one sentence.</param>
internal sealed record AdminError(AdminErrorKind Kind, string Explanation);
