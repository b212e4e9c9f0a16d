using NicHangExporter.Remediation;

namespace NicHangExporter.Api;

/// <summary>A remediation that somebody has asked for here.</summary>
/// <param name="Ticket">What the door gave for it.</param>
/// <param name="Device">Its device.</param>
/// <param name="Content">What was asked for, hashed.</param>
/// <param name="Since">When, as a timestamp of the clock.</param>
internal sealed record RecentRequest(RemediationTicket Ticket, string Device, string Content, long Since)
{
    /// <summary>True for a request that has been declined: nothing was done for it.</summary>
    public bool IsDeclined => Ticket.Outcome is { IsCompletedSuccessfully: true, Result.Verdict: RemediationVerdict.Declined };
}

/// <summary>
/// What was asked for lately, by id and by Idempotency-Key, so that whoever repeats himself gets the answer to what he asked first, and no second action. Bounded in
/// number and in time; a key is forgotten when its request was declined, because nothing was done then and the next try is a true one.
/// </summary>
internal sealed class RecentRequests(TimeProvider clock)
{
    /// <summary>How many keys are remembered.</summary>
    public const int MaxKeys = 1000;

    /// <summary>How many requests may wait for the remediation thread: each is a piece of work in its queue.</summary>
    public const int MaxWaiting = 64;

    /// <summary>How long a key is remembered, by the monotonic clock.</summary>
    public static readonly TimeSpan KeyLife = TimeSpan.FromHours(24);

    private const int MaxIds = 256;

    private readonly Lock _gate = new();
    private readonly Dictionary<string, RecentRequest> _byId = [];
    private readonly Queue<string> _ids = [];
    private readonly Dictionary<string, RecentRequest> _byKey = [];
    private readonly Queue<(string Key, RecentRequest Pass)> _keys = [];

    /// <summary>The pass of that id, as far as it was asked for here, and lately.</summary>
    public RecentRequest? Find(string id)
    {
        lock (_gate)
            return _byId.GetValueOrDefault(id);
    }

    /// <summary>The pass of that key.</summary>
    public RecentRequest? FindByKey(string key)
    {
        lock (_gate)
            return Known(key);
    }

    /// <summary>The pass of that key, or a new one. Of many who come at once with the same key, one asks at the door.</summary>
    /// <param name="key">The key; null for a request that is like no other.</param>
    /// <param name="device">The device.</param>
    /// <param name="content">What is asked for, hashed.</param>
    /// <param name="submit">Asks at the door; must not block.</param>
    /// <returns>The pass; null where too many wait already.</returns>
    public RecentRequest? Submit(string? key, string device, string content, Func<RemediationTicket> submit)
    {
        lock (_gate)
        {
            if (key is not null && Known(key) is { } known)
                return known;
            if (_byId.Values.Count(other => !other.Ticket.Outcome.IsCompleted) >= MaxWaiting)
                return null;
            var pass = new RecentRequest(submit(), device, content, clock.GetTimestamp());
            if (_byId.TryAdd(pass.Ticket.Id, pass))
                _ids.Enqueue(pass.Ticket.Id);
            while (_ids.Count > MaxIds)
                _byId.Remove(_ids.Dequeue());
            if (key is not null)
                Remember(key, pass);
            return pass;
        }
    }

    private RecentRequest? Known(string key) =>
        _byKey.TryGetValue(key, out var pass) && !pass.IsDeclined && clock.GetElapsedTime(pass.Since) < KeyLife ? pass : null;

    private void Remember(string key, RecentRequest pass)
    {
        _byKey[key] = pass;
        _keys.Enqueue((key, pass));
        // A key that was used anew has a later place as well.
        while (_keys.Count > MaxKeys || (_keys.TryPeek(out var oldest) && clock.GetElapsedTime(oldest.Pass.Since) >= KeyLife))
            if (_keys.Dequeue() is var (old, its) && _byKey.TryGetValue(old, out var now) && now == its)
                _byKey.Remove(old);
    }
}
