using System.Diagnostics;

namespace NicHangExporter.Bench;

/// <summary>
/// The C program, woken once a second: the least that a process costs which looks at something once a second. Started
/// in the network namespace of the benchmark, and killed at the end.
/// </summary>
internal sealed class Sleeper : IDisposable
{
    /// <summary>Only wakes.</summary>
    public const string Wakes = "wakes";

    /// <summary>Wakes and reads /proc/net/dev.</summary>
    public const string Reads = "reads";

    private readonly Process _process;

    /// <summary>Starts it.</summary>
    /// <param name="floor">Path of the program.</param>
    /// <param name="key">What it does.</param>
    public Sleeper(string floor, string key)
    {
        Key = key;
        _process = Process.Start(floor, [key]);
    }

    /// <summary>Its name in the results.</summary>
    public string Key { get; }

    /// <inheritdoc cref="CpuClock.Of"/>
    public TimeSpan Cpu => CpuClock.Of(_process.Id) ?? throw new InvalidOperationException("floor has ended");

    /// <inheritdoc/>
    public void Dispose()
    {
        _process.Kill();
        _process.WaitForExit();
        _process.Dispose();
    }
}
