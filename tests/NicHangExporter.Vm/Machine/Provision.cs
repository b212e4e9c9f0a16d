using System.Diagnostics;

namespace NicHangExporter.Vm.Machine;

/// <summary>Runs programs that create the parts of a guest: a download, a compiler. They may take minutes.</summary>
internal static class Provision
{
    private static readonly TimeSpan Limit = TimeSpan.FromMinutes(10);

    /// <summary>Runs a program to its end.</summary>
    /// <param name="directory">The working directory.</param>
    /// <param name="program">The program.</param>
    /// <param name="arguments">The arguments, without a shell.</param>
    public static Execution Run(string directory, string program, params IEnumerable<string> arguments)
    {
        using var process = Process.Start(new ProcessStartInfo(Requires.Find(program) ?? program, arguments)
        {
            WorkingDirectory = directory,
            RedirectStandardOutput = true,
            RedirectStandardError = true,
        })!;
        var output = process.StandardOutput.ReadToEndAsync();
        var error = process.StandardError.ReadToEndAsync();
        if (!process.WaitForExit(Limit))
        {
            process.Kill(entireProcessTree: true);
            throw new CannotBootException($"{program} has not ended within {Limit.TotalMinutes:0} minutes");
        }
        return new Execution(process.ExitCode, output.GetAwaiter().GetResult(), error.GetAwaiter().GetResult());
    }
}
