namespace NicHangExporter.Vm.Machine;

/// <summary>
/// No guest can be booted. The message gives the reason in one line: a program, disk space, a port, or the guest
/// itself.
/// </summary>
public sealed class CannotBootException(string reason) : Exception(OneLine(reason))
{
    private static string OneLine(string text) =>
        string.Join(' ', text.Split('\n', StringSplitOptions.RemoveEmptyEntries | StringSplitOptions.TrimEntries));
}
