using System.Net.Sockets;
using System.Text;
using Microsoft.AspNetCore.Builder;
using Microsoft.AspNetCore.Hosting;
using Microsoft.AspNetCore.Http;
using Microsoft.Extensions.Hosting;
using NicHangExporter.TestSupport;
using NicHangExporter.Web;

namespace NicHangExporter.Tests.Cli;

/// <summary>
/// An HTTP server at the socket of the daemon, in a state directory of its own, which answers what the test says.
/// </summary>
internal sealed class SocketServer : IDisposable
{
    private readonly TemporaryDirectory _directory = new();
    private readonly List<string> _requests = [];
    private WebApplication? _server;

    /// <summary>The state directory.</summary>
    public string Directory => _directory.Path;

    public string Path => LocalApiServer.PathIn(Directory);

    /// <summary>Answers a request: the status and the body.</summary>
    public Func<HttpRequest, Task<(int Status, string Body)>> Answer { get; set; } = _ => Task.FromResult((404, "{}"));

    /// <summary>The requests that came, as METHOD /path body.</summary>
    public IReadOnlyList<string> Requests
    {
        get
        {
            lock (_requests)
                return [.. _requests];
        }
    }

    /// <summary>The Idempotency-Key of each request that has one.</summary>
    public List<string> Keys { get; } = [];

    /// <summary>Begins to listen.</summary>
    public SocketServer Start()
    {
        var builder = WebApplication.CreateEmptyBuilder(new WebApplicationOptions());
        builder.WebHost.UseKestrelCore().ConfigureKestrel(kestrel => kestrel.ListenUnixSocket(Path));
        _server = builder.Build();
        _server.Run(HandleAsync);
        ((IHost)_server).Start();
        return this;
    }

    /// <summary>Ends all connections and listens no more.</summary>
    public async Task StopAsync()
    {
        using var immediately = new CancellationTokenSource(0);
        await _server!.StopAsync(immediately.Token);
    }

    /// <summary>Answers each request the same.</summary>
    public SocketServer Always(int status, string body)
    {
        Answer = _ => Task.FromResult((status, body));
        return this;
    }

    /// <summary>A bare socket in place of the server, for what no HTTP server does.</summary>
    public Socket Listen()
    {
        var socket = new Socket(AddressFamily.Unix, SocketType.Stream, ProtocolType.Unspecified);
        socket.Bind(new UnixDomainSocketEndPoint(Path));
        socket.Listen();
        return socket;
    }

    /// <summary>Leaves the socket of a daemon that was killed.</summary>
    public void LeaveDeadSocket()
    {
        using var dead = new Socket(AddressFamily.Unix, SocketType.Stream, ProtocolType.Unspecified);
        // It does not listen. A process that another test starts has a copy of each open file until its exec, and as
        // long as there is a copy of a listening socket, the kernel accepts connections. It refuses them for a socket
        // that does not listen, as for one whose process is gone.
        dead.Bind(new UnixDomainSocketEndPoint(Path + ".x"));
        // Closing a socket deletes the file that it was bound to.
        File.Move(Path + ".x", Path);
    }

    public void Dispose()
    {
        ((IDisposable?)_server)?.Dispose();
        _directory.Dispose();
    }

    private async Task HandleAsync(HttpContext context)
    {
        using var reader = new StreamReader(context.Request.Body, Encoding.UTF8);
        var body = await reader.ReadToEndAsync(context.RequestAborted);
        var line = $"{context.Request.Method} {context.Request.Path} {body}".TrimEnd();
        lock (_requests)
        {
            _requests.Add(line);
            if (context.Request.Headers["Idempotency-Key"] is [{ } key])
                Keys.Add(key);
        }
        (context.Response.StatusCode, var answer) = await Answer(context.Request);
        await context.Response.WriteAsync(answer, context.RequestAborted);
    }
}
