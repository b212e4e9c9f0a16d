using System.Runtime.CompilerServices;
using NicHangExporter.Options;

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
    /// Lets the threads of the sockets run what follows an operation of a socket, for the whole process. Not with TLS,
    /// passwords or Alertmanagers: a handshake and the hash of a password take long, and HTTP clients have code of the
    /// framework that may wait. To be called before the first socket is used.
    /// </summary>
    /// <returns>True if they do.</returns>
    public static bool TryUse(ExporterOptions options)
    {
        if (options.Web.ConfigFile is not null || options.Alerting.Alertmanagers.Count > 0)
            return false;
        Environment.SetEnvironmentVariable(InlineCompletions, "1");
        // By default one for each processor, from the start on.
        if (Environment.GetEnvironmentVariable(ThreadCount) is null)
            Environment.SetEnvironmentVariable(ThreadCount, "2");
        return true;
    }

    /// <summary>The middleware by which all requests but scrapes leave the thread.</summary>
    /// <param name="telemetryPath"><c>web.telemetry-path</c>.</param>
    public static Func<RequestDelegate, RequestDelegate> KeepOnly(string telemetryPath) => next => context =>
        PageEndpoints.IsScrape(context, telemetryPath) ? next(context) : LeaveAndRunAsync(context, next);

    /// <summary>Continues on the thread pool: on the same thread if it is one of the pool.</summary>
    public static ConfiguredTaskAwaitable LeaveAsync() => Task.CompletedTask.ConfigureAwait(
        Thread.CurrentThread.IsThreadPoolThread ? ConfigureAwaitOptions.None : ConfigureAwaitOptions.ForceYielding);

    private static async Task LeaveAndRunAsync(HttpContext context, RequestDelegate next)
    {
        await LeaveAsync();
        await next(context);
    }
}
