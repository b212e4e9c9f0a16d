using System.Diagnostics;

namespace NicHangExporter.Setup;

/// <summary>The result of a program of the host.</summary>
/// <param name="ExitCode">Its exit code; null if it is not installed, could not be started or did not end in
/// time.</param>
/// <param name="Output">Its standard output without surrounding white space, cut after 64 KiB.</param>
/// <param name="Error">The first line of its error output, or why there is no exit code.</param>
internal sealed record ProgramResult(int? ExitCode, string Output, string Error);

/// <summary>
/// Runs a program of the host: an array of arguments, no shell, no input, a time limit. Only <c>setup</c> runs
/// programs: journalctl and systemctl.
/// </summary>
/// <param name="name">The name of the program.</param>
/// <param name="searchPath">The folders to search, as in PATH.</param>
internal sealed class HostProgram(string name, string? searchPath)
{
    private const int MaxOutput = 64 * 1024;

    // After PATH, because the PATH of cron and of some sudo configurations has no sbin.
    private static readonly string[] UsualFolders = ["/usr/sbin", "/usr/bin", "/sbin", "/bin"];

    /// <summary>
    /// The path of the program; null if it is not installed. Searched here, because the runtime also searches the
    /// working directory, which anybody may own.
    /// </summary>
    public string? Path { get; } = (searchPath ?? "").Split(':')
        .Where(folder => folder.StartsWith('/')).Concat(UsualFolders)
        .Select(folder => System.IO.Path.Combine(folder, name)).FirstOrDefault(File.Exists);

    /// <summary>Runs the program to its end.</summary>
    public ProgramResult Run(TimeSpan limit, params IEnumerable<string> arguments)
    {
        var (result, text) = Read(limit, arguments, ReadText, "");
        return result with { Output = text };
    }

    /// <summary>
    /// Runs the program and reads its standard output as a stream. At the limit the program is killed, so the stream
    /// ends.
    /// </summary>
    /// <param name="limit">The time limit.</param>
    /// <param name="arguments">The arguments.</param>
    /// <param name="read">Reads the stream to its end.</param>
    /// <param name="nothing">The value if the program could not be started.</param>
    /// <exception cref="IOException"><paramref name="read"/> failed.</exception>
    public (ProgramResult Result, T Value) Read<T>(
        TimeSpan limit, IEnumerable<string> arguments, Func<Stream, T> read, T nothing)
    {
        if (Path is null)
            return (new ProgramResult(null, "", $"{name} is not installed"), nothing);
        var start = new ProcessStartInfo(Path, arguments)
        {
            RedirectStandardInput = true,
            RedirectStandardOutput = true,
            RedirectStandardError = true,
            WorkingDirectory = "/",
            Environment = { ["LC_ALL"] = "C", ["SYSTEMD_COLORS"] = "0", ["SYSTEMD_PAGER"] = "" },
        };
        try
        {
#pragma warning disable RS0030 // The rule is for collectors. A person has asked for this.
            using var process = Process.Start(start)!;
#pragma warning restore RS0030
            return Read(process, limit, read);
        }
        catch (System.ComponentModel.Win32Exception exception)
        {
            return (new ProgramResult(null, "", $"{Path}: {exception.Message}"), nothing);
        }
    }

    private (ProgramResult Result, T Value) Read<T>(Process process, TimeSpan limit, Func<Stream, T> read)
    {
        process.StandardInput.Close();
        var isLate = false;
        using var limited = new CancellationTokenSource(limit, TimeProvider.System);
        using var kill = limited.Token.Register(() =>
        {
            isLate = true;
            process.Kill(entireProcessTree: true);
        });
        var errorOutput = process.StandardError.ReadToEndAsync();
        var value = read(process.StandardOutput.BaseStream);
        process.WaitForExit();
        var error = errorOutput.GetAwaiter().GetResult().Trim().Split('\n')[0];
        return isLate
            ? (new ProgramResult(null, "", $"{name} did not end within {limit.TotalSeconds:0} s"), value)
            : (new ProgramResult(process.ExitCode, "", error), value);
    }

    private static string ReadText(Stream output)
    {
        var text = new StreamReader(output);
        var buffer = new char[MaxOutput];
        var length = text.ReadBlock(buffer, 0, buffer.Length);
        // A program that can't write waits for its reader.
        output.CopyTo(Stream.Null);
        return new string(buffer, 0, length).Trim();
    }
}
