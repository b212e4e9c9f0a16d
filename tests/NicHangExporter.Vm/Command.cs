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
        try
        {
            await command();
            return 0;
        }
        catch (CannotBootException cannot)
        {
            return Refuse(cannot.Message);
        }
        catch (SkipException missing)
        {
            return Refuse(missing.Message.Replace(SkipToken, "", StringComparison.Ordinal));
        }
    }

    /// <summary>Says why not.</summary>
    public static int Refuse(string why)
    {
        Console.Error.WriteLine(why);
        return 1;
    }
}
