using NicHangExporter.Remediation.Execution;
using NicHangExporter.Remediation.Journaling;
using NicHangExporter.Remediation.Planning;
using NicHangExporter.Remediation.Policy;

namespace NicHangExporter.Remediation.Handling;

/// <summary>
/// What the gates have found out about one request. Each gate relies on what the gates before it have set.
/// </summary>
internal sealed class Evaluation(PendingRequest pending)
{
    public PendingRequest Pending { get; } = pending;

    public RemediationRequest Request { get; } = pending.Request;

    /// <summary>The outcome of the running remediation answers the request. Set by the gate "turn".</summary>
    public bool IsJoined { get; set; }

    /// <summary>Set by the gate "device" without EEE and pause, by the gate "settings" with them.</summary>
    public DeviceFacts Facts { get; set; } = null!;

    /// <summary>What the journal says of the device. Set by the gate "policy", as all of the next ones.</summary>
    public DeviceRecord Record { get; set; } = null!;

    /// <summary>The ladder of the driver; null if it has none.</summary>
    public DriverLadder? Ladder { get; set; }

    /// <summary>The device hangs, and the request is there to end that.</summary>
    public bool IsHung { get; set; }

    public PolicyInput Input { get; set; } = null!;

    /// <summary>The decision so far. A dry run goes on with one that declines, so that its answer has a plan.</summary>
    public PolicyDecision Decision { get; set; }

    /// <summary>
    /// The budget is spent. The gate "budget" applies it after all others: a request for what is so already, or one
    /// that is too early, must not put a healthy device into quarantine.
    /// </summary>
    public PolicyDecision Budget { get; set; }

    /// <summary>Set by the gate "plan".</summary>
    public RemediationPlan Plan { get; set; } = null!;

    /// <summary>The journal entry that precedes the change. Set by the gate "plan".</summary>
    public JournalEntry Intent { get; set; } = null!;
}
