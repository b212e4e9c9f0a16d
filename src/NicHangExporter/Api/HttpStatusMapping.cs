using System.Collections.Immutable;
using NicHangExporter.Persistence;
using NicHangExporter.Remediation;
using NicHangExporter.Remediation.Policy;
using NicHangExporter.Text;

namespace NicHangExporter.Api;

/// <summary>
/// The HTTP statuses of outcomes: a table. The status says what happened to the request, the body what happened to the
/// device. A remediation that was carried out is 200 whatever its result; a declined one is a problem.
/// </summary>
internal static class HttpStatusMapping
{
    /// <summary>
    /// The status of each verdict. For <see cref="RemediationVerdict.Declined"/> the reason has the status.
    /// </summary>
    public static ImmutableDictionary<RemediationVerdict, int> OfVerdict { get; } = new Dictionary<RemediationVerdict,
        int>
    {
        [RemediationVerdict.Healed] = 200,
        [RemediationVerdict.Applied] = 200,
        [RemediationVerdict.NothingToDo] = 200,
        [RemediationVerdict.DryRun] = 200,
        [RemediationVerdict.Observed] = 200,
        [RemediationVerdict.NotHealed] = 200,
        [RemediationVerdict.DidNotHold] = 200,
        [RemediationVerdict.Inconclusive] = 200,
        [RemediationVerdict.RolledBack] = 200,
        [RemediationVerdict.RollbackFailed] = 200,
        [RemediationVerdict.Failed] = 200,
        [RemediationVerdict.DeviceGone] = 200,
        [RemediationVerdict.Unverified] = 200,
    }.ToImmutableDictionary();

    /// <summary>
    /// The problem of each reason. Its detail is the remediator's explanation, which knows the device, except where
    /// that repeats the request (<see cref="RepeatsTheRequest"/>).
    /// </summary>
    public static ImmutableDictionary<DeclineReason, ApiProblem> OfReason { get; } = new Dictionary<DeclineReason,
        ApiProblem>
    {
        [DeclineReason.ModeOff] = Problem(DeclineReason.ModeOff, 403, "Remediation by the API is off"),
        [DeclineReason.NotAllowed] = Problem(DeclineReason.NotAllowed, 403, "The device may not be changed"),
        [DeclineReason.Upper] = Problem(DeclineReason.Upper, 403, "The device is no NIC, but one of those above them"),
        [DeclineReason.UnknownDevice] = Problem(DeclineReason.UnknownDevice, 404, "There is no such device here"),
        [DeclineReason.Busy] = Problem(DeclineReason.Busy, 409, "Another remediation is in progress on this host"),
        [DeclineReason.Incapable] =
            Problem(DeclineReason.Incapable, 409, "The exporter is not capable of changing a device"),
        [DeclineReason.Paused] = Problem(DeclineReason.Paused, 409, "The kill switch is set"),
        [DeclineReason.Quarantined] = Problem(DeclineReason.Quarantined, 409, "The device is in quarantine"),
        [DeclineReason.Bond] = Problem(DeclineReason.Bond, 409, "It would cut the traffic of a bond"),
        [DeclineReason.Ambiguous] = Problem(DeclineReason.Ambiguous, 409, "Several devices hang at once"),
        [DeclineReason.NotHung] = Problem(DeclineReason.NotHung, 409, "The device does not hang"),
        [DeclineReason.BootGrace] = Problem(DeclineReason.BootGrace, 409, "The machine has only just booted"),
        [DeclineReason.NothingToRollBack] =
            Problem(DeclineReason.NothingToRollBack, 409, "There is nothing to roll back"),
        [DeclineReason.UnknownSetting] =
            Problem(DeclineReason.UnknownSetting, 422, "There is no such profile or feature on this device"),
        [DeclineReason.NoProfile] =
            Problem(DeclineReason.NoProfile, 422, "Nothing is known that would help this driver"),
        [DeclineReason.NothingChangeable] =
            Problem(DeclineReason.NothingChangeable, 422, "Everything asked for is fixed by the driver"),
        [DeclineReason.Cooldown] = Problem(DeclineReason.Cooldown, 429, "The device is cooling down"),
        [DeclineReason.JournalUnavailable] =
            Problem(DeclineReason.JournalUnavailable, 503, "The journal can't be written"),
        [DeclineReason.ShuttingDown] = Problem(DeclineReason.ShuttingDown, 503, "The exporter is ending"),
    }.ToImmutableDictionary();

    /// <summary>The problem of each error of an operator's command; null where the command was not needed.</summary>
    public static ImmutableDictionary<AdminErrorKind, ApiProblem?> OfRefusal { get; } = new Dictionary<AdminErrorKind,
        ApiProblem?>
    {
        [AdminErrorKind.NothingToDo] = null,
        [AdminErrorKind.UnknownDevice] = OfReason[DeclineReason.UnknownDevice],
        [AdminErrorKind.NotDurable] = ApiProblem.NotDurable,
        [AdminErrorKind.Busy] = ApiProblem.Stuck,
        [AdminErrorKind.Overtaken] = ApiProblem.Overtaken,
        [AdminErrorKind.ShuttingDown] = OfReason[DeclineReason.ShuttingDown],
        [AdminErrorKind.Failed] = ApiProblem.Unexpected,
    }.ToImmutableDictionary();

    /// <summary>The problem of each reason why settings were not persisted; its detail is the message.</summary>
    public static ImmutableDictionary<PersistenceError, ApiProblem> OfPersistence { get; } = new Dictionary<
        PersistenceError, ApiProblem>
    {
        [PersistenceError.UnknownDevice] = OfReason[DeclineReason.UnknownDevice],
        [PersistenceError.NotPossible] = ApiProblem.NotPersistable,
        [PersistenceError.Conflict] = ApiProblem.FileInTheWay,
        [PersistenceError.WriteFailed] = ApiProblem.NotWritten,
    }.ToImmutableDictionary();

    /// <summary>True if the remediator's explanation contains text of the request.</summary>
    public static bool RepeatsTheRequest(DeclineReason reason) =>
        reason is DeclineReason.UnknownDevice or DeclineReason.UnknownSetting;

    // The name is the reason: journal, metrics and API have the same word.
    private static ApiProblem Problem(DeclineReason reason, int status, string title) =>
        new(SnakeCase.Of(reason), status, title, reason switch
        {
            DeclineReason.UnknownDevice =>
                "No network device has that name or that address. GET /api/v1/devices lists them.",
            DeclineReason.UnknownSetting =>
                "Profiles are in docs/reference/remediation.md; features are what ethtool -k prints, by its short "
                + "names or the "
                + "kernel's.",
            DeclineReason.ShuttingDown => "It takes no more requests; ask again when it runs.",
            _ => title + ".",
        });
}
