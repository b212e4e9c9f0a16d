using Xunit.Sdk;

namespace NicHangExporter.Vm;

/// <summary>A command for people. If it cannot run, it prints the reason in one line, like the scenarios.</summary>
internal static class Command
{
    // The prefix by which the test framework distinguishes a skip from a failure.
    private const string SkipToken = "$XunitDynamicSkip$";

    /// <summary>Runs it; returns 1 if it cannot run.</summary>
    public static async Task<int> RunAsync(Func<Task> command)
    {
        // A command is not a test: it does not skip, but reports what is missing.
        Environment.SetEnvironmentVariable("TESTS_MUST_NOT_SKIP", null);
        try
        {
            await command();
            return 0;
        }
        catch (Exception error) when (
            error is CannotBootException or XunitException or IOException or TimeoutException
            or InvalidOperationException or UnauthorizedAccessException or HttpRequestException)
        {
            return Refuse(OneLine(error.Message.Replace(SkipToken, "", StringComparison.Ordinal)));
        }
    }

    /// <summary>Prints the reason.</summary>
    public static int Refuse(string why)
    {
        Console.Error.WriteLine(why);
        return 1;
    }

    private static string OneLine(string text) =>
        string.Join(' ', text.Split('\n', StringSplitOptions.RemoveEmptyEntries | StringSplitOptions.TrimEntries));
}
