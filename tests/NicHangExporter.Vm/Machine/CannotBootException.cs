namespace NicHangExporter.Vm.Machine;

/// <summary>There is no guest to test with. The message says why in one line: a program, room, a port, the guest itself.</summary>
public sealed class CannotBootException(string reason) : Exception(OneLine(reason))
{
    private static string OneLine(string text) => string.Join(' ', text.Split('\n', StringSplitOptions.RemoveEmptyEntries | StringSplitOptions.TrimEntries));
}
