using NicHangExporter.Linux;

namespace NicHangExporter.Remediation;

// For a process that wants to see and not to act.
internal sealed partial class Remediator
{
    /// <summary>
    /// The picture as journal and devices show it, read now, on the calling thread. Nothing is settled and no request will be taken; a daemon that is
    /// running keeps its journal. Instead of <see cref="Start"/>, never besides it.
    /// </summary>
    public RemediationStatus ReadStatus()
    {
        _ledger.Open();
        _pausedNow = _ledger.State.Paused;
        _isCapable = Capabilities.Effective(_options.ProcfsPath, Capability.NetAdmin) ?? false;
        PublishAll();
        return Status();
    }
}
