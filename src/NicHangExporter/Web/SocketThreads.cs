using NicHangExporter.Options;
using NicHangExporter.Threads;

namespace NicHangExporter.Web;

/// <summary>
/// Chooses the thread of a request (docs/decisions/0051). The threads that wait for sockets answer scrapes themselves.
/// All other requests leave them, because a handler that waits would hold up the other connections of the thread.
/// </summary>
internal static class SocketThreads
{
    // System.Net.Sockets reads both before the first asynchronous operation of a socket.
    private const string InlineCompletions = "DOTNET_SYSTEM_NET_SOCKETS_INLINE_COMPLETIONS";
    private const string ThreadCount = "DOTNET_SYSTEM_NET_SOCKETS_THREAD_COUNT";

    /// <summary>
    /// Lets the threads of the sockets run what follows an operation of a socket, for the whole process, or keeps them
    /// from it. To be called before the first socket is used.
    /// </summary>
    /// <returns>True if they do.</returns>
    public static bool TryUse(ExporterOptions options)
    {
        var isUsed = MayUse(options, Environment.GetEnvironmentVariable(InlineCompletions));
        Environment.SetEnvironmentVariable(InlineCompletions, isUsed ? "1" : "0");
        // By default one for each processor, from the start on.
        if (isUsed && Environment.GetEnvironmentVariable(ThreadCount) is null)
            Environment.SetEnvironmentVariable(ThreadCount, "2");
        return isUsed;
    }

    /// <summary>
    /// False with TLS, passwords or Alertmanagers: a handshake and the hash of a password take long, and HTTP clients
    /// have code of the framework that may wait.
    /// </summary>
    /// <param name="options">The options.</param>
    /// <param name="inlineCompletions">The variable of the environment, or null. An administrator's 0 stays.</param>
    public static bool MayUse(ExporterOptions options, string? inlineCompletions) =>
        inlineCompletions != "0" && options.Web.ConfigFile is null && options.Alerting.Alertmanagers.Count == 0;

    /// <summary>The middleware after the one that answers scrapes: all other requests leave the thread.</summary>
    public static async Task LeaveAsync(HttpContext context, RequestDelegate next)
    {
        await PoolThread.SwitchAsync();
        await next(context);
    }
}
