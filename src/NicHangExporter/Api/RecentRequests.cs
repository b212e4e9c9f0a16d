using NicHangExporter.Remediation;

namespace NicHangExporter.Api;

/// <summary>A remediation that was requested by the API.</summary>
/// <param name="Ticket">The remediator's ticket.</param>
/// <param name="Device">The device.</param>
/// <param name="Content">A hash of the request.</param>
/// <param name="Since">The timestamp of the request.</param>
internal sealed record RecentRequest(RemediationTicket Ticket, string Device, string Content, long Since)
{
    public bool IsDeclined =>
        Ticket.Outcome is { IsCompletedSuccessfully: true, Result.Verdict: RemediationVerdict.Declined };
}

/// <summary>
/// Submits requests and remembers them by id and by Idempotency-Key: a repetition gets the answer to the first request,
/// and causes no second action. Bounded in number and time. The key of a declined request is forgotten, because nothing
/// was done for it.
/// </summary>
/// <param name="submit">Submits a request to the remediator; must not block.</param>
/// <param name="clock">The clock.</param>
internal sealed class RecentRequests(Func<RemediationRequest, RemediationTicket> submit, TimeProvider clock)
{
    /// <summary>How many keys are remembered.</summary>
    public const int MaxKeys = 1000;

    /// <summary>How many requests may wait for the remediation thread: each is a work item in its queue.</summary>
    public const int MaxWaiting = 64;

    /// <summary>How long a key is remembered, by the monotonic clock.</summary>
    public static readonly TimeSpan KeyLife = TimeSpan.FromHours(24);

    private const int MaxIds = 256;

    private readonly Lock _lock = new();
    private readonly Dictionary<string, RecentRequest> _byId = [];
    private readonly Queue<string> _ids = [];
    private readonly Dictionary<string, RecentRequest> _byKey = [];
    private readonly Queue<(string Key, RecentRequest Request)> _keys = [];

    /// <summary>The request with that remediation id; null for one that is not known or forgotten.</summary>
    public RecentRequest? Find(string id)
    {
        lock (_lock)
            return _byId.GetValueOrDefault(id);
    }

    /// <summary>The request with that key, by the hash of <see cref="RequestKeys"/>.</summary>
    public RecentRequest? FindByKey(string key)
    {
        lock (_lock)
            return Known(key);
    }

    /// <summary>
    /// Returns the request with that key, or submits a new one. Of simultaneous requests with one key, one is
    /// submitted.
    /// </summary>
    /// <param name="key">The key's hash; null for a request without a key.</param>
    /// <param name="content">A hash of the request.</param>
    /// <param name="request">The request.</param>
    /// <returns>Null while <see cref="MaxWaiting"/> requests wait.</returns>
    public RecentRequest? Submit(string? key, string content, RemediationRequest request)
    {
        lock (_lock)
        {
            if (key is not null && Known(key) is { } known)
                return known;
            if (_byId.Values.Count(other => !other.Ticket.Outcome.IsCompleted) >= MaxWaiting)
                return null;
            var asked = new RecentRequest(submit(request), request.Device.ToString(), content, clock.GetTimestamp());
            if (_byId.TryAdd(asked.Ticket.Id, asked))
                _ids.Enqueue(asked.Ticket.Id);
            while (_ids.Count > MaxIds)
                _byId.Remove(_ids.Dequeue());
            if (key is not null)
                Remember(key, asked);
            return asked;
        }
    }

    private RecentRequest? Known(string key) =>
        _byKey.TryGetValue(key, out var asked) && !asked.IsDeclined && clock.GetElapsedTime(asked.Since) < KeyLife
            ? asked
            : null;

    private void Remember(string key, RecentRequest asked)
    {
        _byKey[key] = asked;
        _keys.Enqueue((key, asked));
        // A key that is used again is in the queue twice.
        while (_keys.Count > MaxKeys
            || (_keys.TryPeek(out var oldest) && clock.GetElapsedTime(oldest.Request.Since) >= KeyLife))
            if (_keys.Dequeue() is var (old, its) && _byKey.TryGetValue(old, out var now) && now == its)
                _byKey.Remove(old);
    }
}
