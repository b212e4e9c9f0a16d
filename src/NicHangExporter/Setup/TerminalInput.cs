using Microsoft.Win32.SafeHandles;

namespace NicHangExporter.Setup;

/// <summary>The lines that a person types.</summary>
internal static class TerminalInput
{
    /// <summary>
    /// Standard input if it is a terminal, else null. The terminal edits the line. The runtime's own reader would send
    /// escape sequences and change the modes of the terminal.
    /// </summary>
    public static TextReader? Open() => Console.IsInputRedirected ? null
        : new StreamReader(new FileStream(new SafeFileHandle(0, ownsHandle: false), FileAccess.Read, bufferSize: 0));
}
