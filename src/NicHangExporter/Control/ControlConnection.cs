using System.Globalization;
using System.Net.Sockets;

namespace NicHangExporter.Control;

/// <summary>One connection to the daemon: a request, signs of life, an answer.</summary>
internal sealed class ControlConnection(Socket socket, TimeProvider clock) : IDisposable
{
    private const int Silent = 0, Asked = 1, LetGo = 2;

    private readonly ControlLines _lines = new(socket, ControlProtocol.MaxRequest);
    private int _state = Silent;

    /// <summary>Done when the connection is closed.</summary>
    public Task Done { get; private set; } = Task.CompletedTask;

    /// <summary>Serves the connection, on another thread.</summary>
    public void Start(Func<CancellationToken, Task> serve, CancellationToken ending) => Done = Task.Run(() => serve(ending), CancellationToken.None);

    /// <summary>Ends the connection if its request has not come yet; then it never will.</summary>
    public bool TryLetGo()
    {
        if (Interlocked.CompareExchange(ref _state, LetGo, Silent) != Silent)
            return false;
        Refuse("too many others came before the request did; ask again");
        return true;
    }

    /// <summary>Reads the request; null where none came, which is answered already.</summary>
    public async Task<ControlRequest?> ReadRequestAsync(CancellationToken closing)
    {
        using var patience = new CancellationTokenSource(ControlProtocol.Patience, clock);
        using var either = CancellationTokenSource.CreateLinkedTokenSource(patience.Token, closing);
        try
        {
            if (await _lines.ReadAsync(either.Token) is not { } line)
                return null;
            if (Interlocked.CompareExchange(ref _state, Asked, Silent) != Silent)
                return null;
            if (ControlProtocol.TryParse(line, out var request, out var error) && !_lines.HasMore)
                // A daemon that was stuck must not do, once it is free again, what somebody has long given up waiting for.
                return HasPeer() ? request : null;
            Refuse(error ?? "one request a connection");
        }
        catch (EndOfStreamException)
        {
            Refuse("the request has no end: a line feed ends it");
        }
        catch (InvalidDataException)
        {
            Refuse(string.Create(CultureInfo.InvariantCulture, $"the request is longer than {ControlProtocol.MaxRequest} bytes"));
        }
        catch (OperationCanceledException) when (patience.IsCancellationRequested)
        {
            Refuse(string.Create(CultureInfo.InvariantCulture, $"no request came within {ControlProtocol.Patience.TotalSeconds} s"));
        }
        catch (OperationCanceledException)
        {
            Refuse("the daemon is ending");
        }
        return null;
    }

    /// <summary>Waits for the answer and sends it. An asker who has gone is noticed by the signs of life; the work goes on without him.</summary>
    /// <exception cref="SocketException">The asker has gone.</exception>
    public async Task AnswerAsync(Task<byte[]> answer, CancellationToken ending)
    {
        var began = clock.GetTimestamp();
        while (await Task.WhenAny(answer, Task.Delay(ControlProtocol.SignOfLife, clock, ending)) != answer)
        {
            ending.ThrowIfCancellationRequested();
            await SendAsync(ControlProtocol.Line(new ControlAnswer { Waiting = Math.Round(clock.GetElapsedTime(began).TotalSeconds, 1) }), ending);
        }
        await SendAsync(await answer, ending);
    }

    /// <summary>Says no, without waiting for anybody: the line fits into what the kernel buffers.</summary>
    public void Refuse(string error)
    {
        try
        {
            // A second is more than copying into a buffer takes; without a limit an asker that reads nothing could keep this thread.
            socket.SendTimeout = 1000;
            using (socket)
                socket.Send(ControlProtocol.Line(ControlAnswer.Refuse(error)), SocketFlags.None);
        }
        catch (Exception exception) when (exception is SocketException or ObjectDisposedException)
        {
            // Whoever has gone needs no answer.
        }
    }

    /// <inheritdoc/>
    public void Dispose() => socket.Dispose();

    // Nothing is sent by this, but the kernel refuses it where the other side has closed. One that has only said all it had to say still listens.
    private bool HasPeer()
    {
        try
        {
            socket.Send(ReadOnlySpan<byte>.Empty, SocketFlags.None);
            return true;
        }
        catch (SocketException)
        {
            return false;
        }
    }

    private async Task SendAsync(ReadOnlyMemory<byte> line, CancellationToken ending)
    {
        using var patience = new CancellationTokenSource(ControlProtocol.Patience, clock);
        using var either = CancellationTokenSource.CreateLinkedTokenSource(patience.Token, ending);
        while (!line.IsEmpty)
            line = line[await socket.SendAsync(line, either.Token)..];
    }
}
