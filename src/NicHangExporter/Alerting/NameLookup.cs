using System.Collections.Concurrent;
using System.Net;
using System.Net.Sockets;

namespace NicHangExporter.Alerting;

/// <summary>
/// Looks up the names of Alertmanagers on one thread of its own, one after the other. The C library's lookup can't be cancelled and waits for many seconds where
/// the name server is beyond the hung NIC: on the thread pool it would hold up everybody else, and on this thread it holds up other names at most. Against that
/// the last addresses of each name are kept, for when the lookup fails or takes its time.
/// </summary>
/// <param name="find">The addresses of a name; it may throw, or never return.</param>
/// <param name="clock">The clock.</param>
internal sealed class NameLookup(Func<string, IPAddress[]> find, TimeProvider clock) : IDisposable
{
    private readonly Lock _gate = new();
    private readonly Dictionary<string, IPAddress[]> _known = new(StringComparer.OrdinalIgnoreCase);
    // By name, so that there are never more of them than names, however long the thread is stuck.
    private readonly Dictionary<string, Lookup> _pending = new(StringComparer.OrdinalIgnoreCase);
    private readonly BlockingCollection<Lookup> _work = [];
    private Thread? _thread;

    /// <summary>The addresses of a host, in the order to try them.</summary>
    /// <param name="host">A name, or an address, which need not be looked up.</param>
    /// <param name="patience">How long to wait for the lookup of a name whose last addresses are known.</param>
    /// <param name="end">Until when to wait where they are not.</param>
    /// <exception cref="SocketException">It has none, or nobody could say, and it never had one before.</exception>
    public async Task<IReadOnlyList<IPAddress>> FindAsync(string host, TimeSpan patience, CancellationToken end)
    {
        if (IPAddress.TryParse(host, out var address))
            return [address];
        var (lookup, known) = Ask(host);
        try
        {
            return await lookup.Answer.Task.WaitAsync(known is null ? Timeout.InfiniteTimeSpan : patience, clock, end);
        }
        catch (Exception exception) when (known is not null && exception is SocketException or TimeoutException)
        {
            return known;
        }
        finally
        {
            lock (_gate)
                lookup.Askers--;
        }
    }

    /// <inheritdoc/>
    public void Dispose()
    {
        // Not of the queue: a thread that is still inside a lookup would be thrown off it.
        _work.CompleteAdding();
        if (_thread is null)
            _work.Dispose();
    }

    private (Lookup Lookup, IPAddress[]? Known) Ask(string host)
    {
        lock (_gate)
        {
            if (_thread is null)
            {
                // A background thread: the process must be able to end while a name server keeps silent.
                _thread = new Thread(Run) { IsBackground = true, Name = "names" };
                _thread.Start();
            }
            if (!_pending.TryGetValue(host, out var lookup))
            {
                _pending[host] = lookup = new Lookup(host);
                _work.Add(lookup);
            }
            lookup.Askers++;
            return (lookup, _known.GetValueOrDefault(host));
        }
    }

    private void Run()
    {
        foreach (var lookup in _work.GetConsumingEnumerable())
            if (!IsGivenUp(lookup))
                Answer(lookup);
    }

    // Then the next name need not wait for it either.
    private bool IsGivenUp(Lookup lookup)
    {
        lock (_gate)
            return lookup.Askers == 0 && _pending.Remove(lookup.Host);
    }

    private void Answer(Lookup lookup)
    {
        IPAddress[] addresses = [];
        Exception? failure = null;
        try
        {
            addresses = find(lookup.Host);
        }
#pragma warning disable CA1031 // The top of the thread's loop: whoever asked is told, and the next name is looked up.
        catch (Exception exception)
#pragma warning restore CA1031
        {
            failure = exception as SocketException ?? new SocketException((int)SocketError.NoRecovery, exception.Message);
        }
        if (addresses.Length == 0)
            failure ??= new SocketException((int)SocketError.HostNotFound);
        lock (_gate)
        {
            _pending.Remove(lookup.Host);
            if (failure is null)
                _known[lookup.Host] = addresses;
        }
        if (failure is null)
            lookup.Answer.TrySetResult(addresses);
        else
            lookup.Answer.TrySetException(failure);
    }

    /// <summary>One name that is looked up, or waits for it.</summary>
    private sealed class Lookup(string host)
    {
        public string Host => host;

        /// <summary>How many wait for it. Under the gate.</summary>
        public int Askers { get; set; }

        /// <summary>Who waits goes on on the thread pool, never on the thread of the lookups.</summary>
        public TaskCompletionSource<IPAddress[]> Answer { get; } = new(TaskCreationOptions.RunContinuationsAsynchronously);
    }
}
