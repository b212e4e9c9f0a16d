using System.Runtime.ExceptionServices;
using System.Runtime.InteropServices;

namespace NicHangExporter.TestSupport;

/// <summary>Runs code on a thread that the file system takes for nobody (setfsuid(2)), so that root meets files that
/// can't be read.</summary>
internal static partial class OtherUser
{
    private const uint Nobody = 65534;

    /// <summary>Runs it and passes on what it throws.</summary>
    /// <param name="reached">A directory that nobody must be able to reach, or the test would prove nothing.</param>
    /// <param name="action">It must not go to another thread.</param>
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

    // It changes the calling thread alone, and returns the user of before, whether it did anything or not.
    [LibraryImport("libc.so.6", EntryPoint = "setfsuid")]
    private static partial int SetFileSystemUser(uint user);
}
