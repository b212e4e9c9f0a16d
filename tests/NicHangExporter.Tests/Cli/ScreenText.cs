using NicHangExporter.Cli;

namespace NicHangExporter.Tests.Cli;

/// <summary>Compares what a command writes to the terminal, letter by letter.</summary>
internal static class ScreenText
{
    public static void AssertText(string expected, Action<ConsoleWriter> write)
    {
        var output = new StringWriter();
        write(new ConsoleWriter(output));
        Assert.Equal(expected + "\n", output.ToString());
    }
}
