using System.Text.Json.Serialization;
using NicHangExporter.Options;
using NicHangExporter.Remediation.Execution;
using NicHangExporter.Remediation.Policy;
using NicHangExporter.Text;

namespace NicHangExporter.Remediation;

/// <summary>
/// Why automatic remediation does not act on a device: the values of the label <c>reason</c> of
/// <c>nichang_remediation_allowed</c>. The first that applies is shown. Reasons that pass without a change of
/// configuration, such as a cool-down, are not among them.
/// </summary>
[JsonConverter(typeof(SnakeCaseConverter<NotProtected>))]
internal enum NotProtected
{
    /// <summary>remediation.local and remediation.webhook are off.</summary>
    Off,
    /// <summary>Neither of them is enforce.</summary>
    Observe,
    /// <summary>Nothing detects hangs: collector.kmsg and collector.stall are off.</summary>
    NoDetector,
    /// <summary>Only remediation.webhook is enforce, and no api.token-file has the scope that it needs.</summary>
    NoToken,
    /// <summary>The device is not watched: it is virtual, or beyond device.max.</summary>
    NotWatched,
    /// <summary>A bridge, bond, VLAN or the like (<see cref="DeclineReason.Upper"/>).</summary>
    Upper,
    /// <summary>Not physical, and remediation.devices is empty.</summary>
    Virtual,
    /// <summary>Not in remediation.devices (<see cref="DeclineReason.NotAllowed"/>).</summary>
    NotAllowed,
    /// <summary>There is no ladder for its driver (<see cref="DeclineReason.NoProfile"/>).</summary>
    NoProfile,
    /// <summary>CAP_NET_ADMIN is missing (<see cref="DeclineReason.Incapable"/>).</summary>
    Incapable,
    /// <summary>The journal can't be written (<see cref="DeclineReason.JournalUnavailable"/>).</summary>
    JournalUnavailable,
    /// <summary>Remediation is paused (<see cref="DeclineReason.Paused"/>).</summary>
    Paused,
    /// <summary>
    /// In quarantine until a person clears it (<see cref="DeclineReason.Quarantined"/>); a hang gets at most a reinit.
    /// </summary>
    Quarantined,
}

/// <summary>What <see cref="Protection"/> decides by.</summary>
internal readonly record struct ProtectionInput
{
    /// <summary>remediation.local.</summary>
    public required RemediationMode Local { get; init; }

    /// <summary>remediation.webhook.</summary>
    public required RemediationMode Webhook { get; init; }

    /// <summary>
    /// A collector detects hangs. An alert counts only for a hang that this host has detected as well.
    /// </summary>
    public required bool DetectsHangs { get; init; }

    /// <summary>An api.token-file has the scope remediate or admin; without one no alert is accepted.</summary>
    public required bool HasToken { get; init; }

    public required bool IsWatched { get; init; }

    /// <summary><see cref="AllowedDevices.Contains"/>.</summary>
    public required bool IsAllowed { get; init; }

    /// <summary>remediation.devices is not empty.</summary>
    public required bool HasList { get; init; }

    /// <summary>There is a ladder for its driver, or a recovery action is enabled.</summary>
    public required bool HasRemedy { get; init; }

    /// <summary>The process has CAP_NET_ADMIN.</summary>
    public required bool IsCapable { get; init; }

    public required bool IsJournalWritable { get; init; }

    /// <summary>The kill switch is set, by command or by file.</summary>
    public required bool IsPaused { get; init; }

    public required bool IsQuarantined { get; init; }
}

/// <summary>
/// Whether automatic remediation may act on a device, by the same gates as <see cref="RemediationPolicy"/>. Pure.
/// </summary>
internal static class Protection
{
    /// <summary>Why not; null if it may.</summary>
    public static NotProtected? Of(DeviceFacts facts, in ProtectionInput input) => input switch
    {
        { Local: RemediationMode.Off, Webhook: RemediationMode.Off } => NotProtected.Off,
        { Local: not RemediationMode.Enforce, Webhook: not RemediationMode.Enforce } => NotProtected.Observe,
        { DetectsHangs: false } => NotProtected.NoDetector,
        { Local: not RemediationMode.Enforce, HasToken: false } => NotProtected.NoToken,
        { IsWatched: false } => NotProtected.NotWatched,
        _ when facts.IsUpper => NotProtected.Upper,
        { IsAllowed: false, HasList: true } => NotProtected.NotAllowed,
        { IsAllowed: false } => facts.IsPhysical ? NotProtected.NoProfile : NotProtected.Virtual,
        { HasRemedy: false } => NotProtected.NoProfile,
        { IsCapable: false } => NotProtected.Incapable,
        { IsJournalWritable: false } => NotProtected.JournalUnavailable,
        { IsPaused: true } => NotProtected.Paused,
        { IsQuarantined: true } => NotProtected.Quarantined,
        _ => null,
    };
    /// <summary>The reason in words, for a person.</summary>
    public static string Describe(NotProtected reason) => reason switch
    {
        NotProtected.Off => "remediation.local and remediation.webhook are off",
        NotProtected.Observe => "mode observe: what would be done is only reported",
        NotProtected.NoDetector => "no hang is detected: collector.kmsg and collector.stall are off",
        NotProtected.NoToken => "only remediation.webhook is enforce, and no api.token-file has the scope remediate",
        NotProtected.NotWatched =>
            "not watched: --collector.virtual watches virtual devices too, device.max is the limit",
        NotProtected.Upper => "no NIC itself: its port is",
        NotProtected.Virtual => "no physical device, and not in remediation.devices",
        NotProtected.NotAllowed => "not in remediation.devices",
        NotProtected.NoProfile => "nothing is known that helps its driver",
        NotProtected.Incapable => "CAP_NET_ADMIN is missing",
        NotProtected.JournalUnavailable => "the journal can't be written (state.directory)",
        NotProtected.Paused => "remediation is paused",
        NotProtected.Quarantined => "in quarantine until quarantine clear",
        var other => throw new InvalidOperationException($"no words for {other}"),
    };
}
