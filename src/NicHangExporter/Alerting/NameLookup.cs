using System.Collections.Concurrent;
using System.Net;
using System.Net.Sockets;

namespace NicHangExporter.Alerting;

/// <summary>
/// Looks up the names of Alertmanagers on one thread of its own, one after the other. The C library's lookup can't be
/// cancelled, and waits for many seconds if the name server is behind the hung NIC. On the thread pool it would hold up
/// everything; here it holds up other names at most. The last addresses of each name are kept for a lookup that fails
/// or takes too long.
/// </summary>
/// <param name="find">The addresses of a name. It may throw, or never return.</param>
/// <param name="clock">The clock.</param>
internal sealed class NameLookup(Func<string, IPAddress[]> find, TimeProvider clock) : IDisposable
{
    private readonly Lock _lock = new();
    private readonly Dictionary<string, IPAddress[]> _known = new(StringComparer.OrdinalIgnoreCase);
    // By name, so that there are never more lookups than names, however long the thread is stuck.
    private readonly Dictionary<string, Lookup> _pending = new(StringComparer.OrdinalIgnoreCase);
    private readonly BlockingCollection<Lookup> _work = [];
    private Thread? _thread;

    /// <summary>The addresses of a host, in the order to try them.</summary>
    /// <param name="host">A name, or an address, which needs no lookup.</param>
    /// <param name="timeout">How long to wait for the lookup of a name whose last addresses are known.</param>
    /// <param name="end">Ends the wait for a name whose addresses are unknown.</param>
    /// <exception cref="SocketException">The name has no address, or the lookup failed and never succeeded
    /// before.</exception>
    public async Task<IReadOnlyList<IPAddress>> FindAsync(string host, TimeSpan timeout, CancellationToken end)
    {
        if (IPAddress.TryParse(host, out var address))
            return [address];
        var (lookup, known) = Request(host);
        try
        {
            return await lookup.Answer.Task.WaitAsync(
                known is null ? Timeout.InfiniteTimeSpan : timeout, clock, end);
        }
        catch (Exception exception) when (known is not null && exception is SocketException or TimeoutException)
        {
            return known;
        }
        finally
        {
            lock (_lock)
                lookup.Waiters--;
        }
    }

    /// <inheritdoc/>
    public void Dispose()
    {
        // The queue is not disposed under a thread that is inside a lookup: it would throw there.
        _work.CompleteAdding();
        if (_thread is null)
            _work.Dispose();
    }

    private (Lookup Lookup, IPAddress[]? Known) Request(string host)
    {
        lock (_lock)
        {
            if (_thread is null)
            {
                // A background thread: the process must be able to end while a name server is silent.
                _thread = new Thread(Run) { IsBackground = true, Name = "names" };
                _thread.Start();
            }
            if (!_pending.TryGetValue(host, out var lookup))
            {
                _pending[host] = lookup = new Lookup(host);
                _work.Add(lookup);
            }
            lookup.Waiters++;
            return (lookup, _known.GetValueOrDefault(host));
        }
    }

    private void Run()
    {
        foreach (var lookup in _work.GetConsumingEnumerable())
            if (!TryDrop(lookup))
                Answer(lookup);
    }

    // A lookup that nobody waits for must not hold up the next name.
    private bool TryDrop(Lookup lookup)
    {
        lock (_lock)
            return lookup.Waiters == 0 && _pending.Remove(lookup.Host);
    }

    private void Answer(Lookup lookup)
    {
        IPAddress[] addresses = [];
        Exception? failure = null;
        try
        {
            addresses = find(lookup.Host);
        }
#pragma warning disable CA1031 // The failure goes to the waiters, and the next name is looked up.
        catch (Exception exception)
#pragma warning restore CA1031
        {
            failure = exception as SocketException
                ?? new SocketException((int)SocketError.NoRecovery, exception.Message);
        }
        if (addresses.Length == 0)
            failure ??= new SocketException((int)SocketError.HostNotFound);
        lock (_lock)
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

    private sealed class Lookup(string host)
    {
        public string Host => host;

        /// <summary>How many callers wait for it. Under the gate.</summary>
        public int Waiters { get; set; }

        /// <summary>The waiters continue on the thread pool, never on the thread of the lookups.</summary>
        public TaskCompletionSource<IPAddress[]> Answer { get; } =
            new(TaskCreationOptions.RunContinuationsAsynchronously);
    }
}
