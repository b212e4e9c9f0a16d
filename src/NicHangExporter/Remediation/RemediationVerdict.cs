using System.Text.Json.Serialization;
using NicHangExporter.Remediation.Policy;
using NicHangExporter.Text;

namespace NicHangExporter.Remediation;

/// <summary>How a request ended.</summary>
[JsonConverter(typeof(SnakeCaseConverter<RemediationVerdict>))]
internal enum RemediationVerdict
{
    /// <summary>
    /// The device hung. Since the action packets were sent and no hang was reported for the whole window.
    /// </summary>
    Healed,
    /// <summary>The device did not hang. Every change reads back as requested and the device works.</summary>
    Applied,
    /// <summary>Everything that was asked for is so already. Nothing was changed.</summary>
    NothingToDo,
    /// <summary>A dry run: the plan, and no change.</summary>
    DryRun,
    /// <summary>Mode observe: the plan that would have been carried out, and no change.</summary>
    Observed,
    /// <summary>
    /// No packet was sent since the action: the next recovery action follows. Requested features are as before.
    /// </summary>
    NotHealed,
    /// <summary>Packets were sent, then it hung again within the window: the next stage follows.</summary>
    DidNotHold,
    /// <summary>No hang was reported again, but there was nothing to send either. No recovery action follows.</summary>
    Inconclusive,
    /// <summary>The change did harm or did not take, and was undone.</summary>
    RolledBack,
    /// <summary>It did harm or did not take, and undoing failed as well. A person is needed.</summary>
    RollbackFailed,
    /// <summary>A gate said no.</summary>
    Declined,
    /// <summary>The kernel or the driver refused, and nothing was changed.</summary>
    Failed,
    /// <summary>The device went away, or another one has its name now.</summary>
    DeviceGone,
    /// <summary>The process ended after the change and before the verdict; the change stands.</summary>
    Unverified,
}

/// <summary>What console, API and exit code call a success.</summary>
internal static class RemediationSuccess
{
    /// <summary>
    /// True for a verdict that needs no attention. A dry run or an observed request that would be declined is no
    /// success.
    /// </summary>
    /// <param name="verdict">How the request ended.</param>
    /// <param name="declined">Why the request was declined, or would be; null if it was not.</param>
    public static bool Of(RemediationVerdict verdict, DeclineReason? declined) => declined is null
        && verdict is RemediationVerdict.Healed or RemediationVerdict.Applied or RemediationVerdict.NothingToDo
            or RemediationVerdict.DryRun or RemediationVerdict.Observed;
}
