using System.Net.Sockets;
using Microsoft.AspNetCore.Connections.Features;
using NicHangExporter.Hosting;
using NicHangExporter.Linux;
using NicHangExporter.Logging;
using NicHangExporter.Options;
using NicHangExporter.Remediation;
using NicHangExporter.Web;

namespace NicHangExporter.Api.Auth;

/// <summary>
/// Identifies callers on the Unix socket by their user, which the kernel notes when they connect (SO_PEERCRED). Root
/// and the user of this process may do everything; nobody else may do anything. The mode of the socket keeps others out
/// already, but somebody may have changed it.
/// </summary>
/// <param name="userOf">The effective user at the other end of a connection.</param>
/// <param name="clock">The clock of the log's throttle.</param>
/// <param name="logger">The log.</param>
internal sealed partial class PeerAuthenticator(Func<Socket, uint> userOf, TimeProvider clock,
    ILogger<PeerAuthenticator> logger)
{
    private readonly uint _owner = FileStatus.EffectiveUser;
    private readonly LogThrottle _throttle = new(clock);
    private readonly Lock _lock = new();

    /// <summary>
    /// The caller of a request; null for a user who may not use the socket, which is logged now and then.
    /// </summary>
    /// <exception cref="LinuxException">The kernel does not tell the user.</exception>
    public Caller? Authenticate(HttpContext context)
    {
        if (context.Features.Get<IConnectionSocketFeature>()?.Socket is not { } socket)
            return null;
        uint user;
        try
        {
            user = userOf(socket);
        }
        catch (ObjectDisposedException)
        {
            // The client is gone.
            return null;
        }
        if (user == 0 || user == _owner)
        {
            ConnectionQuota.Keep(context);
            return new Caller(UserNames.Of(user), ApiScope.Admin, RemediationTrigger.Cli);
        }
        lock (_lock)
            if (_throttle.IsDue(1, out var refused))
                LogRefused(user, refused);
        return null;
    }

    [LoggerMessage(EventIds.ControlRefused, LogLevel.Warning,
        "Refused user {Uid} at the API's socket; {Refused} such refusals")]
    private partial void LogRefused(uint uid, ulong refused);
}
