namespace NicHangExporter.Remediation.Admin;

/// <summary>
/// The claim on an administrative request. Either the worker claims it and executes it, or the caller gives up and is
/// answered that nothing was done; never both.
/// </summary>
internal sealed class AdminRequest
{
    private const int Waiting = 0, Claimed = 1, GivenUp = 2;

    private int _state;

    /// <summary>The caller was answered that nothing was done.</summary>
    public bool IsGivenUp => Volatile.Read(ref _state) == GivenUp;

    /// <summary>Claims it for execution. False: the caller was answered that nothing was done.</summary>
    public bool TryClaim() => Interlocked.CompareExchange(ref _state, Claimed, Waiting) == Waiting;

    /// <summary>Claims it for the answer that nothing was done. False: it is being executed.</summary>
    public bool TryGiveUp() => Interlocked.CompareExchange(ref _state, GivenUp, Waiting) == Waiting;
}
