using System.Diagnostics;

namespace NicHangExporter.TestSupport;

/// <summary>
/// A lock for tests that flood the kernel log or hold RTNL. A machine has only one of each, and test assemblies run in
/// parallel. The kernel releases the lock when the process ends.
/// </summary>
public sealed class MachineLock : IDisposable
{
    private static readonly TimeSpan Timeout = TimeSpan.FromMinutes(5);

    private readonly FileStream _file;

    public MachineLock()
    {
        var path = Path.Combine(Path.GetTempPath(), "nichang-tests.lock");
        var waiting = Stopwatch.StartNew();
        while (true)
            try
            {
                _file = new FileStream(path, FileMode.OpenOrCreate, FileAccess.ReadWrite, FileShare.None);
                return;
            }
            catch (IOException) when (waiting.Elapsed < Timeout)
            {
                Thread.Sleep(100);
            }
    }

    public void Dispose() => _file.Dispose();
}
