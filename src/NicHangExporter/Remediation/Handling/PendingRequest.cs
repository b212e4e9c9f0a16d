namespace NicHangExporter.Remediation.Handling;

/// <summary>
/// A submitted request and its answer. It starts, or its deadline passes first: never both, so a caller who is answered
/// "nothing was done" is answered correctly.
/// </summary>
/// <param name="id">The id of the remediation in journal, log and API.</param>
/// <param name="request">The request as submitted.</param>
/// <param name="since">When it was submitted, as a timestamp of the clock.</param>
internal sealed class PendingRequest(string id, RemediationRequest request, long since)
{
    private const int Waiting = 0, Started = 1, Expired = 2, StartedAndExpired = 3;

    private int _state;
    private volatile RemediationRequest _request = request;

    public string Id { get; } = id;

    /// <summary>The request. While a local request waits, a newer report of the same hang replaces it.</summary>
    public RemediationRequest Request { get => _request; set => _request = value; }

    /// <summary>The id of the running remediation whose outcome answers this request; null if it runs itself.</summary>
    public string? Follows { get; set; }

    /// <summary>Another caller waits for the same outcome. Guarded by the queue's lock.</summary>
    public bool IsJoined { get; set; }

    public long Since { get; } = since;

    public TaskCompletionSource<RemediationOutcome> Outcome { get; } =
        new(TaskCreationOptions.RunContinuationsAsynchronously);

    /// <summary>Requests that a local request overtook and that get its outcome. Guarded by the queue's lock.</summary>
    public List<PendingRequest> Followers { get; } = [];

    /// <summary>The caller was answered that the deadline has passed.</summary>
    public bool IsExpired => Volatile.Read(ref _state) >= Expired;

    /// <summary>The device is being changed, or was.</summary>
    public bool IsStarted => Volatile.Read(ref _state) is Started or StartedAndExpired;

    /// <summary>
    /// Claims the request for execution. False: the caller was already answered that nothing was done.
    /// </summary>
    public bool TryStart() => Interlocked.CompareExchange(ref _state, Started, Waiting) == Waiting;

    /// <summary>Claims the request for the answer that the deadline has passed. False: it had passed before.</summary>
    public bool TryExpire(out bool isStarted)
    {
        isStarted = Interlocked.CompareExchange(ref _state, StartedAndExpired, Started) == Started;
        return isStarted || Interlocked.CompareExchange(ref _state, Expired, Waiting) == Waiting;
    }

    /// <summary>An outcome of this request.</summary>
    public RemediationOutcome Answer(RemediationVerdict verdict, string explanation) =>
        new(Id, Request.Device.ToString(), verdict, explanation);
}
