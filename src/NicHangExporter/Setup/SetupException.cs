namespace NicHangExporter.Setup;

/// <summary>Why <c>setup</c> stops. The message is one line for users: what is wrong and what to do.</summary>
/// <param name="message">The line.</param>
/// <param name="inner">The failed system call, if any.</param>
internal sealed class SetupException(string message, Exception? inner = null) : Exception(message, inner)
{
    /// <summary>Lines to copy, printed after the message.</summary>
    public IReadOnlyList<string> Details { get; init; } = [];
}
