using Xunit.Sdk;

namespace NicHangExporter.Vm;

/// <summary>A command for people: what keeps it from its end is told in one line, as the scenarios tell it.</summary>
internal static class Command
{
    // By it the test framework knows a skip from a failure.
    private const string SkipToken = "$XunitDynamicSkip$";

    /// <summary>Runs it; 1 where it can't be had.</summary>
    public static async Task<int> RunAsync(Func<Task> command)
    {
        // A command is no test: what it lacks is told as it is.
        Environment.SetEnvironmentVariable("TESTS_MUST_NOT_SKIP", null);
        try
        {
            await command();
            return 0;
        }
        catch (Exception error) when (error is CannotBootException or XunitException or IOException or TimeoutException or InvalidOperationException or UnauthorizedAccessException or HttpRequestException)
        {
            return Refuse(OneLine(error.Message.Replace(SkipToken, "", StringComparison.Ordinal)));
        }
    }

    /// <summary>Says why not.</summary>
    public static int Refuse(string why)
    {
        Console.Error.WriteLine(why);
        return 1;
    }

    private static string OneLine(string text) => string.Join(' ', text.Split('\n', StringSplitOptions.RemoveEmptyEntries | StringSplitOptions.TrimEntries));
}
