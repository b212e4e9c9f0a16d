using System.Text.Json.Serialization;
using NicHangExporter.Remediation;
using NicHangExporter.Remediation.Journaling;
using NicHangExporter.Remediation.Policy;

namespace NicHangExporter.Api;

/// <summary>How far a remediation is.</summary>
[JsonConverter(typeof(SnakeCaseConverter<RunState>))]
internal enum RunState
{
    /// <summary>No verdict yet, or none on record.</summary>
    Running,
    /// <summary>There is a verdict.</summary>
    Done,
}

/// <summary>One remediation. Members that are not known, or do not concern it, are absent.</summary>
/// <param name="Id">Names it, in the journal too.</param>
/// <param name="Device">The name of the device at that time.</param>
/// <param name="State">Whether it is over.</param>
internal sealed record RemediationResponse(string Id, string Device, RunState State)
{
    /// <summary>How it ended.</summary>
    public RemediationVerdict? Verdict { get; init; }

    /// <summary>True for healed, applied, nothing_to_do, dry_run and observed, unless <see cref="Declined"/> is set.</summary>
    public bool? Success { get; init; }

    /// <summary>The verdict as a sentence.</summary>
    public string? Explanation { get; init; }

    /// <summary>Why it was declined; of a dry run, why the real one would be.</summary>
    public DeclineReason? Declined { get; init; }

    /// <summary>Seconds until it is worth asking again.</summary>
    public double? RetryAfter { get; init; }

    /// <summary>It was under way already, asked for by somebody else.</summary>
    public bool? Joined { get; init; }

    /// <summary>The driver of the device.</summary>
    public string? Driver { get; init; }

    /// <summary>What asked for it.</summary>
    public RemediationTrigger? Trigger { get; init; }

    /// <summary>Who asked: the name of a credential, or a user.</summary>
    public string? Actor { get; init; }

    /// <summary>Why, in the asker's words.</summary>
    public string? Reason { get; init; }

    /// <summary>When the change began, by the wall clock.</summary>
    public DateTimeOffset? Began { get; init; }

    /// <summary>When the verdict came, by the wall clock.</summary>
    public DateTimeOffset? Ended { get; init; }

    /// <summary>The profile or the stage of the ladder.</summary>
    public string? Profile { get; init; }

    /// <summary>The rung of recovery.</summary>
    public string? Rung { get; init; }

    /// <summary>It undoes what was decided.</summary>
    public bool? Rollback { get; init; }

    /// <summary>The device was hung when it began.</summary>
    public bool? Hung { get; init; }

    /// <summary>The steps of the plan.</summary>
    public IReadOnlyList<string>? Steps { get; init; }

    /// <summary>What is off already.</summary>
    public IReadOnlyList<string>? AlreadyOff { get; init; }

    /// <summary>What the driver has fixed.</summary>
    public IReadOnlyList<string>? Fixed { get; init; }

    /// <summary>The settings before, by name.</summary>
    public IReadOnlyDictionary<string, string>? Before { get; init; }

    /// <summary>The settings after, by name.</summary>
    public IReadOnlyDictionary<string, string>? After { get; init; }

    /// <summary>What was seen after the action.</summary>
    public RemediationEvidence? Evidence { get; init; }

    /// <summary>As the journal tells it.</summary>
    public static RemediationResponse Of(RecordedRun pass)
    {
        var (intent, outcome, latest) = (pass.Intent, pass.Outcome, pass.Latest);
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
            Rung = latest.Rung,
            Rollback = latest.Rollback,
            Hung = latest.Hung,
            Steps = latest.Steps,
            Fixed = latest.Fixed,
            Before = latest.Before,
            After = outcome?.After,
            Evidence = outcome?.Evidence,
        };
    }

    /// <summary>As the journal tells it, with what only the answer to the request has, if that is of the same verdict.</summary>
    public static RemediationResponse Of(RecordedRun run, Task<RemediationOutcome>? answer)
    {
        var response = Of(run);
        return answer is { IsCompletedSuccessfully: true, Result: { } outcome } && outcome.Verdict == response.Verdict
            ? response with { AlreadyOff = outcome.AlreadyOff.IsEmpty ? null : outcome.AlreadyOff, RetryAfter = outcome.RetryAfter }
            : response;
    }

    /// <summary>As the door answers.</summary>
    public static RemediationResponse Of(RemediationOutcome outcome) => new(outcome.Id, outcome.Device, RunState.Done)
    {
        Verdict = outcome.Verdict,
        Success = RemediationSuccess.Of(outcome.Verdict, outcome.Declined),
        Explanation = outcome.Explanation,
        Declined = outcome.Declined,
        RetryAfter = outcome.RetryAfter,
        Profile = outcome.Profile,
        Rung = outcome.Rung,
        Steps = outcome.Steps.IsEmpty ? null : outcome.Steps,
        AlreadyOff = outcome.AlreadyOff.IsEmpty ? null : outcome.AlreadyOff,
        Fixed = outcome.Fixed.IsEmpty ? null : outcome.Fixed,
        Before = outcome.Before,
        After = outcome.After,
        Evidence = outcome.Evidence,
    };
}

/// <summary>Remediations, the newest first.</summary>
/// <param name="Remediations">As many as were asked for, or all that are on record.</param>
internal sealed record RemediationList(IReadOnlyList<RemediationResponse> Remediations);
