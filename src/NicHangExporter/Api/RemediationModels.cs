using System.Text.Json.Serialization;
using NicHangExporter.Remediation;
using NicHangExporter.Remediation.Journaling;
using NicHangExporter.Remediation.Policy;
using NicHangExporter.Text;

namespace NicHangExporter.Api;

/// <summary>Whether a remediation has an outcome.</summary>
[JsonConverter(typeof(SnakeCaseConverter<RunState>))]
internal enum RunState
{
    /// <summary>There is no verdict yet, or none on record.</summary>
    Running,
    /// <summary>There is a verdict.</summary>
    Done,
}

/// <summary>One remediation. Members that are unknown, or do not apply, are absent.</summary>
/// <param name="Id">The id, also in the journal.</param>
/// <param name="Device">The name of the device at that time.</param>
/// <param name="State">Whether it has ended.</param>
internal sealed record RemediationResponse(string Id, string Device, RunState State)
{
    /// <summary>How it ended.</summary>
    public RemediationVerdict? Verdict { get; init; }

    /// <summary>
    /// True for healed, applied, nothing_to_do, dry_run and observed, unless <see cref="Declined"/> is set.
    /// </summary>
    public bool? Success { get; init; }

    /// <summary>The verdict as a sentence.</summary>
    public string? Explanation { get; init; }

    /// <summary>Why it was declined; for a dry run, why the real remediation would be declined.</summary>
    public DeclineReason? Declined { get; init; }

    /// <summary>Seconds until a new request can succeed.</summary>
    public double? RetryAfter { get; init; }

    /// <summary>True if the request joined a remediation that was already running.</summary>
    public bool? Joined { get; init; }

    /// <summary>The driver of the device.</summary>
    public string? Driver { get; init; }

    /// <summary>What requested it.</summary>
    public RemediationTrigger? Trigger { get; init; }

    /// <summary>Who requested it: the name of a credential, or a user.</summary>
    public string? Actor { get; init; }

    /// <summary>The reason that the request gave.</summary>
    public string? Reason { get; init; }

    /// <summary>When the change began, by the wall clock.</summary>
    public DateTimeOffset? Began { get; init; }

    /// <summary>When the verdict was made, by the wall clock.</summary>
    public DateTimeOffset? Ended { get; init; }

    /// <summary>The profile or the stage of the ladder.</summary>
    public string? Profile { get; init; }

    /// <summary>The recovery action.</summary>
    [JsonPropertyName("rung")]
    public string? RecoveryAction { get; init; }

    /// <summary>True for a rollback.</summary>
    public bool? Rollback { get; init; }

    /// <summary>True if the device was hung at the beginning.</summary>
    public bool? Hung { get; init; }

    /// <summary>The steps of the plan.</summary>
    public IReadOnlyList<string>? Steps { get; init; }

    /// <summary>The requested settings that were already off.</summary>
    public IReadOnlyList<string>? AlreadyOff { get; init; }

    /// <summary>The requested settings that the driver has fixed.</summary>
    public IReadOnlyList<string>? Fixed { get; init; }

    /// <summary>The settings before, by name.</summary>
    public IReadOnlyDictionary<string, string>? Before { get; init; }

    /// <summary>The settings after, by name.</summary>
    public IReadOnlyDictionary<string, string>? After { get; init; }

    /// <summary>What was observed after the action.</summary>
    public RemediationEvidence? Evidence { get; init; }

    /// <summary>A remediation as the journal has it.</summary>
    public static RemediationResponse Of(RecordedRun run)
    {
        var (intent, outcome, latest) = (run.Intent, run.Outcome, run.Latest);
        return new(latest.Id ?? "", latest.Device ?? "", outcome is null ? RunState.Running : RunState.Done)
        {
            Verdict = outcome?.Verdict,
            Success = outcome?.Verdict is { } verdict ? RemediationSuccess.Of(verdict, outcome.Declined) : null,
            Explanation = outcome?.Reason,
            Declined = outcome?.Declined,
            Driver = latest.Driver,
            Trigger = latest.Trigger,
            Actor = latest.Actor,
            Reason = intent?.Reason,
            Began = intent?.Time,
            Ended = outcome?.Time,
            Profile = latest.Profile,
            RecoveryAction = latest.RecoveryAction,
            Rollback = latest.Rollback,
            Hung = latest.Hung,
            Steps = latest.Steps,
            Fixed = latest.Fixed,
            Before = latest.Before,
            After = outcome?.After,
            Evidence = outcome?.Evidence,
        };
    }

    /// <summary>
    /// A remediation as the journal has it, with what only the answer to the request has, if its verdict is the same.
    /// </summary>
    public static RemediationResponse Of(RecordedRun run, Task<RemediationOutcome>? answer)
    {
        var response = Of(run);
        return answer is { IsCompletedSuccessfully: true, Result: { } outcome } && outcome.Verdict == response.Verdict
            ? response with
            {
                AlreadyOff = outcome.AlreadyOff.IsEmpty ? null : outcome.AlreadyOff,
                RetryAfter = outcome.RetryAfter,
            }
            : response;
    }

    /// <summary>A remediation as the remediator answers the request.</summary>
    public static RemediationResponse Of(RemediationOutcome outcome) => new(outcome.Id, outcome.Device, RunState.Done)
    {
        Verdict = outcome.Verdict,
        Success = RemediationSuccess.Of(outcome.Verdict, outcome.Declined),
        Explanation = outcome.Explanation,
        Declined = outcome.Declined,
        RetryAfter = outcome.RetryAfter,
        Profile = outcome.Profile,
        RecoveryAction = outcome.RecoveryAction,
        Steps = outcome.Steps.IsEmpty ? null : outcome.Steps,
        AlreadyOff = outcome.AlreadyOff.IsEmpty ? null : outcome.AlreadyOff,
        Fixed = outcome.Fixed.IsEmpty ? null : outcome.Fixed,
        Before = outcome.Before,
        After = outcome.After,
        Evidence = outcome.Evidence,
    };
}

/// <summary>Remediations, the newest first.</summary>
/// <param name="Remediations">At most <c>limit</c>.</param>
internal sealed record RemediationList(IReadOnlyList<RemediationResponse> Remediations);

/// <summary>A request to change a device.</summary>
/// <param name="Device">The device, by its name or its address on the bus. No value means all devices.</param>
internal sealed record CreateRemediationRequest(string Device)
{
    /// <summary>A profile by name. Without a profile and features: the next stage of the device's ladder.</summary>
    public string? Profile { get; init; }

    /// <summary>
    /// Settings to turn off in place of a profile: features by ethtool's short names or the kernel's, eee, pause.
    /// </summary>
    public IReadOnlyList<string>? Features { get; init; }

    /// <summary>Also un-wedge the device, by the next recovery action.</summary>
    public bool Recover { get; init; }

    /// <summary>Only answer what would be done.</summary>
    public bool DryRun { get; init; }

    /// <summary>The reason for the request; it is recorded in the journal.</summary>
    public string? Reason { get; init; }
}

/// <summary>A request to undo every change of a device.</summary>
internal sealed record RollbackRequest
{
    /// <summary>Only answer what would be done.</summary>
    public bool DryRun { get; init; }

    /// <summary>The reason for the request; it is recorded in the journal.</summary>
    public string? Reason { get; init; }
}
