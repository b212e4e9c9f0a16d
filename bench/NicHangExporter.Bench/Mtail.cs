using System.Diagnostics;
using System.Globalization;
using System.Text.RegularExpressions;

namespace NicHangExporter.Bench;

/// <summary>mtail over a whole file, in its mode for that.</summary>
internal sealed partial class Mtail(string mtail, string program)
{
    /// <summary>Runs it once; returns how long it took and the sum of its counters.</summary>
    public (TimeSpan Elapsed, int Found) Run(string log)
    {
        var start = Stopwatch.GetTimestamp();
        using var process = Process.Start(new ProcessStartInfo(mtail,
            ["--one_shot", "--one_shot_format=prometheus", "--logs", log, "--progs", program, "--address=127.0.0.1", "--port=0"])
        { RedirectStandardOutput = true, RedirectStandardError = true })!;
        process.BeginErrorReadLine();
        var output = process.StandardOutput.ReadToEnd();
        process.WaitForExit();
        var elapsed = Stopwatch.GetElapsedTime(start);
        return (elapsed, Sample().Matches(output).Sum(match => int.Parse(match.Groups["value"].Value, CultureInfo.InvariantCulture)));
    }

    [GeneratedRegex(@"^hang_messages\{[^}]*\} (?<value>\d+)", RegexOptions.Multiline)]
    private static partial Regex Sample();
}
