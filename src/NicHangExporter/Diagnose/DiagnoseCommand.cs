using System.Text.Json;

namespace NicHangExporter.Diagnose;

/// <summary>
/// <c>diagnose FILE|-</c>: reads a kernel log in any format and reports which NIC hung, how, and what to do. It
/// accesses no device and needs no privilege.
/// </summary>
internal static class DiagnoseCommand
{
    /// <summary>The log was read, with or without a finding.</summary>
    public const int Success = 0;

    /// <summary>The log could not be read to its end.</summary>
    public const int ReadFailed = 1;

    /// <summary>The log could not be opened.</summary>
    public const int OpenFailed = 2;

    /// <summary>Opens the log and runs.</summary>
    /// <param name="path">A file, or <c>-</c> for <paramref name="standardInput"/>.</param>
    /// <param name="json">True for one JSON object instead of text.</param>
    /// <param name="standardInput">Opens standard input, if needed.</param>
    /// <param name="output">Receives the answer.</param>
    /// <param name="error">Receives one line if the log can't be read.</param>
    /// <returns>The exit code.</returns>
    public static int Run(string path, bool json, Func<Stream> standardInput, TextWriter output, TextWriter error)
    {
        if (path == "-")
            return Run(standardInput(), "standard input", json, output, error);
        if (Directory.Exists(path))
            return Fail(error, path, "is a directory", OpenFailed);
        FileStream file;
        try
        {
            // Files that can't seek (/dev/kmsg, pipes) work too. The reader has its own buffer.
            file = new FileStream(
                path, FileMode.Open, FileAccess.Read, FileShare.ReadWrite | FileShare.Delete, bufferSize: 0);
        }
        catch (Exception exception) when (exception is FileNotFoundException or DirectoryNotFoundException)
        {
            return Fail(error, path, "no such file", OpenFailed);
        }
        catch (UnauthorizedAccessException)
        {
            return Fail(error, path, "permission denied", OpenFailed);
        }
        catch (Exception exception) when (exception is IOException or ArgumentException or NotSupportedException)
        {
            return Fail(error, path, OneLine(exception.Message), OpenFailed);
        }
        using (file)
            return Run(file, path, json, output, error);
    }

    /// <summary>Reads a log to its end and writes the answer.</summary>
    /// <param name="input">The log, of any bytes.</param>
    /// <param name="inputName">The name of the log in messages.</param>
    /// <param name="json">True for one JSON object instead of text.</param>
    /// <param name="output">Receives the answer.</param>
    /// <param name="error">Receives one line if the log can't be read.</param>
    /// <returns>The exit code.</returns>
    public static int Run(Stream input, string inputName, bool json, TextWriter output, TextWriter error)
    {
        DiagnosedLog log;
        try
        {
            log = DiagnosedLog.Read(input);
        }
        catch (Exception exception)
            when (exception is IOException or UnauthorizedAccessException or InvalidDataException)
        {
            return Fail(error, inputName, OneLine(exception.Message), ReadFailed);
        }

        if (json)
        {
            var answer = DiagnosisJson.From(log.Lines, log.Devices, log.System) with { CutLines = log.CutLines };
            output.WriteLine(JsonSerializer.Serialize(answer, DiagnosisJsonContext.Default.DiagnosisJson));
        }
        else
            DiagnosisText.Write(output, inputName, log.Lines, log.Devices, log.System, log.CutLines);
        return Success;
    }

    private static int Fail(TextWriter error, string name, string reason, int code)
    {
        error.WriteLine($"diagnose: {OneLine(name)}: {reason}");
        return code;
    }

    private static string OneLine(string text) => text.ReplaceLineEndings(" ");
}
