using System.Diagnostics;

namespace NicHangExporter.Vm.Scenarios;

/// <summary>
/// The harness itself, run like a person runs it. It gets its own temporary directory. All its processes have a path in
/// that directory on their command line, even after their parent has ended.
/// </summary>
internal sealed class HarnessProcess : IDisposable
{
    private static readonly TimeSpan Limit = TimeSpan.FromMinutes(2);

    private readonly TemporaryDirectory _directory = new();
    private readonly Process _process;
    private readonly Task<string> _output;
    private readonly Task<string> _error;

    /// <summary>Starts it.</summary>
    /// <param name="path">PATH; null for that of the tests.</param>
    /// <param name="arguments">Its command line.</param>
    public HarnessProcess(string? path, params IEnumerable<string> arguments)
    {
        var start = new ProcessStartInfo(Path.Combine(AppContext.BaseDirectory, "NicHangExporter.Vm"),
            arguments) { RedirectStandardOutput = true, RedirectStandardError = true };
        start.Environment["TMPDIR"] = _directory.Path;
        start.Environment["PATH"] = path ?? start.Environment["PATH"];
        start.Environment["EXPORTER_UNDER_TEST"] = PublishedExporter.Path;
        _process = Process.Start(start)!;
        _output = _process.StandardOutput.ReadToEndAsync();
        _error = _process.StandardError.ReadToEndAsync();
    }

    /// <summary>The directory of its run; null before and after the run.</summary>
    public string? Run => Directory.GetDirectories(_directory.Path, RunDirectory.Prefix + "*").SingleOrDefault();

    /// <summary>Running programs with a file of its directory on their command line.</summary>
    public List<string> Running() =>
        [.. Directory.GetDirectories("/proc").Where(path => int.TryParse(Path.GetFileName(path), out _))
            .Select(CommandLine).Where(line => line.Contains(_directory.Path, StringComparison.Ordinal))];

    /// <summary>Sends it a signal, and waits for its end.</summary>
    public async Task SignalAsync(string signal)
    {
        Execution.Of("sh", "-c", $"kill -{signal} {_process.Id}").Succeeded();
        await _process.WaitForExitAsync(TestContext.Current.CancellationToken).WaitAsync(Limit);
    }

    /// <summary>Waits for its end, and returns its result.</summary>
    public async Task<Execution> EndAsync()
    {
        await _process.WaitForExitAsync(TestContext.Current.CancellationToken).WaitAsync(Limit);
        return new Execution(_process.ExitCode, await _output, await _error);
    }

    /// <inheritdoc/>
    public void Dispose()
    {
        if (!_process.HasExited)
            _process.Kill();
        _process.WaitForExit(Limit);
        _process.Dispose();
        _directory.Dispose();
    }

    private static string CommandLine(string process)
    {
        try
        {
            return File.ReadAllText(Path.Combine(process, "cmdline")).Replace('\0', ' ');
        }
        catch (Exception error) when (error is IOException or UnauthorizedAccessException)
        {
            // It has ended, or belongs to another user.
            return "";
        }
    }
}
