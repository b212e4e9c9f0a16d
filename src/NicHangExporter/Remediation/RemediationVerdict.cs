using System.Text.Json.Serialization;
using NicHangExporter.Remediation.Policy;

namespace NicHangExporter.Remediation;

/// <summary>How a request ended.</summary>
[JsonConverter(typeof(SnakeCaseConverter<RemediationVerdict>))]
internal enum RemediationVerdict
{
    /// <summary>A hang was under way; since the action something has been sent and no hang was reported for the whole window.</summary>
    Healed,
    /// <summary>No hang was under way; every change reads back as wished and the device still works.</summary>
    Applied,
    /// <summary>Everything that was asked for is so already. Nothing was touched, and nothing was gained.</summary>
    NothingToDo,
    /// <summary>A dry run: the plan, and no change.</summary>
    DryRun,
    /// <summary>Mode observe: the plan that would have been carried out, and no change.</summary>
    Observed,
    /// <summary>Not one packet was sent since the action: the next rung's turn. Requested features are as they were before.</summary>
    NotHealed,
    /// <summary>Packets were sent, then it hung again within the window: the next stage's turn.</summary>
    DidNotHold,
    /// <summary>No hang was reported again, but there was nothing to send either. No further rung, no success.</summary>
    Inconclusive,
    /// <summary>The change did harm or did not take, and was undone.</summary>
    RolledBack,
    /// <summary>It did harm or did not take, and undoing failed as well. A person is needed.</summary>
    RollbackFailed,
    /// <summary>The gates or the policy said no.</summary>
    Declined,
    /// <summary>The kernel or the driver refused, and nothing was changed.</summary>
    Failed,
    /// <summary>The device went away, or another one has its name now.</summary>
    DeviceGone,
    /// <summary>The process ended after the change and before the proof; the change stands.</summary>
    Unverified,
}

/// <summary>What console, API and exit code call a success.</summary>
internal static class RemediationSuccess
{
    /// <summary>
    /// True for a verdict that needs no attention. A dry run or an observed request that would be declined is no success.
    /// </summary>
    /// <param name="verdict">How the request ended.</param>
    /// <param name="declined">Why the request was declined, or would be; null if it was not.</param>
    public static bool Of(RemediationVerdict verdict, DeclineReason? declined) => declined is null
        && verdict is RemediationVerdict.Healed or RemediationVerdict.Applied or RemediationVerdict.NothingToDo
            or RemediationVerdict.DryRun or RemediationVerdict.Observed;
}
