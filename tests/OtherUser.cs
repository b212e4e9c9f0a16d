using System.Runtime.ExceptionServices;
using System.Runtime.InteropServices;

namespace NicHangExporter.TestSupport;

/// <summary>
/// Runs code on a thread that has the file system permissions of nobody (setfsuid(2)), so that root meets unreadable
/// files.
/// </summary>
internal static partial class OtherUser
{
    private const uint Nobody = 65534;

    /// <summary>Runs the action and passes on its exceptions.</summary>
    /// <param name="reached">A directory that nobody must be able to reach. Otherwise the test would prove
    /// nothing.</param>
    /// <param name="action">Must not continue on another thread.</param>
    public static void Run(string reached, Action action)
    {
        Exception? failure = null;
        var thread = new Thread(() =>
        {
            try
            {
                _ = SetFileSystemUser(Nobody);
                if (!Directory.Exists(reached))
                    throw new InvalidOperationException($"nobody can't reach {reached}");
                action();
            }
#pragma warning disable CA1031 // Passed on to the test's own thread.
            catch (Exception exception)
#pragma warning restore CA1031
            {
                failure = exception;
            }
        });
        thread.Start();
        thread.Join();
        if (failure is not null)
            ExceptionDispatchInfo.Throw(failure);
    }

    // setfsuid(2) changes only the calling thread. It returns the previous user in any case, even on failure.
    [LibraryImport("libc.so.6", EntryPoint = "setfsuid")]
    private static partial int SetFileSystemUser(uint user);
}
