using System.Runtime.InteropServices;

namespace NicHangExporter.EndToEnd.Support;

/// <summary>Signals with their numbers on Linux (signal(7), the same on every architecture that is shipped).</summary>
internal enum Signal
{
    HangUp = 1,
    Interrupt = 2,
    Kill = 9,
    User1 = 10,
    User2 = 12,
    Terminate = 15,
    Continue = 18,
    Stop = 19,
}

/// <summary>kill(2), because System.Diagnostics.Process can only send SIGKILL.</summary>
internal static partial class Signals
{
    public static void Send(int process, Signal signal) =>
        Assert.True(Kill(process, (int)signal) == 0,
            $"kill({process}, {signal}) failed, errno {Marshal.GetLastPInvokeError()}");

    [LibraryImport("libc", EntryPoint = "kill", SetLastError = true)]
    private static partial int Kill(int process, int signal);
}
