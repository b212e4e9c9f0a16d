using System.Diagnostics;

namespace NicHangExporter.TestSupport;

/// <summary>
/// The result of a program that a test has run to its end. A program that does not end in time fails the test.
/// </summary>
internal sealed record Execution(int ExitCode, string Output, string Error)
{
    private static readonly TimeSpan Limit = TimeSpan.FromSeconds(60);

    /// <summary>Runs a program without a shell, each argument as it is.</summary>
    public static Execution Of(string program, params IEnumerable<string> arguments) => OfInput("", program, arguments);

    /// <summary>Like <see cref="Of"/>, with text for its standard input.</summary>
    public static Execution OfInput(string input, string program, params IEnumerable<string> arguments)
    {
        using var process = Process.Start(new ProcessStartInfo(Requires.Find(program) ?? program, arguments)
        {
            RedirectStandardInput = true,
            RedirectStandardOutput = true,
            RedirectStandardError = true,
            Environment = { ["LC_ALL"] = "C" },
        })!;
        var output = process.StandardOutput.ReadToEndAsync();
        var error = process.StandardError.ReadToEndAsync();
        process.StandardInput.Write(input);
        process.StandardInput.Close();
        if (!process.WaitForExit(Limit))
        {
            process.Kill(entireProcessTree: true);
            Assert.Fail($"{program} {string.Join(' ', arguments)} has not ended within {Limit}");
        }
        return new Execution(process.ExitCode, output.GetAwaiter().GetResult(), error.GetAwaiter().GetResult());
    }

    /// <summary>
    /// The output of a program that succeeded. Otherwise the test fails with the program's error output.
    /// </summary>
    public string Succeeded()
    {
        Assert.True(ExitCode == 0, $"exit code {ExitCode}: {Error}{Output}");
        return Output;
    }
}
