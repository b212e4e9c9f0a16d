namespace NicHangExporter.Persistence;

/// <summary>Why settings can't be persisted or removed.</summary>
internal enum PersistenceError
{
    /// <summary>The host has no such device.</summary>
    UnknownDevice,
    /// <summary>The device, the settings or the requested way don't fit this host.</summary>
    NotPossible,
    /// <summary>A file that is foreign or edited is in the way. It stays as it is.</summary>
    Conflict,
    /// <summary>The disk is full or read-only, or this process lacks the permission.</summary>
    WriteFailed,
}

/// <summary>
/// Settings can't be persisted or removed. The message is one line for users: what is wrong and what to do.
/// </summary>
/// <param name="error">The kind of failure.</param>
/// <param name="message">The line.</param>
/// <param name="inner">The failed system call, if any.</param>
internal sealed class PersistenceException(PersistenceError error, string message, Exception? inner = null)
    : Exception(message, inner)
{
    /// <summary>The kind of failure.</summary>
    public PersistenceError Error => error;
}
