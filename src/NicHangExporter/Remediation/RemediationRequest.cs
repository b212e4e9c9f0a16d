using System.Collections.Immutable;
using NicHangExporter.Linux;

namespace NicHangExporter.Remediation;

/// <summary>A request to change a device. The gates decide whether it is executed.</summary>
/// <param name="Device">The device. There is no default: an empty name never means all devices.</param>
/// <param name="Trigger">Where the request comes from.</param>
internal sealed record RemediationRequest(InterfaceName Device, RemediationTrigger Trigger)
{
    /// <summary>
    /// The bus address that the device must have, empty for a virtual one; null if the name alone counts. A request
    /// because of a hang is for the device that hung, not for one that has got its name since.
    /// </summary>
    public BusAddress? Bus { get; init; }

    /// <summary>
    /// Settings to turn off: features by ethtool's short names or the kernel's, eee, pause. Empty: the next stage of
    /// the device's ladder.
    /// </summary>
    public ImmutableArray<string> Settings { get; init; } = [];

    /// <summary>
    /// The profile that the settings come from, for the journal; null if they were listed or are the ladder's.
    /// </summary>
    public string? Profile { get; init; }

    /// <summary>Also end the hang, with the next recovery action.</summary>
    public bool Recover { get; init; }

    /// <summary>
    /// Undo everything that was decided for the device. Neither cool-down nor kill switch prevents that.
    /// </summary>
    public bool Rollback { get; init; }

    /// <summary>Answer with the plan and change nothing.</summary>
    public bool DryRun { get; init; }

    /// <summary>The id of the hang episode that caused it; null if none did.</summary>
    public string? Episode { get; init; }

    /// <summary>It follows a remediation that did not end the hang, whether or not there are new reports.</summary>
    public bool Continues { get; init; }

    /// <summary>The name of the credential or of the user, for the journal.</summary>
    public string? Actor { get; init; }

    /// <summary>Why, in the caller's words, for the journal.</summary>
    public string? Reason { get; init; }

    /// <summary>
    /// The caller's idempotency key, for the journal: a repetition after a restart is answered with the outcome on
    /// record.
    /// </summary>
    public string? RequestKey { get; init; }

    /// <summary>The exporter itself submits it. Internal requests run before external ones.</summary>
    public bool IsInternal => Trigger is RemediationTrigger.Local or RemediationTrigger.Drift;

    /// <summary>A hang causes it, and no person looks at the result.</summary>
    public bool IsUnattended => Trigger is RemediationTrigger.Local or RemediationTrigger.Webhook;
}
