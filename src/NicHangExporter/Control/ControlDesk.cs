using NicHangExporter.Linux;
using NicHangExporter.Linux.Sysfs;
using NicHangExporter.Remediation;
using NicHangExporter.Remediation.Policy;

namespace NicHangExporter.Control;

/// <summary>What of <see cref="Remediator"/> the console needs.</summary>
internal sealed record ControlDoor(
    Func<RemediationRequest, RemediationTicket> Submit, Func<InterfaceName, string, Task<AdminError?>> ClearQuarantine, Func<bool, string, Task<AdminError?>> SetPaused,
    Func<RemediationStatus> Status)
{
    /// <summary>Looks first whether a device hangs; a daemon has been looking all the time.</summary>
    public Func<InterfaceName, Task> Watch { get; init; } = _ => Task.CompletedTask;

    /// <summary>The door of this process.</summary>
    public static ControlDoor Of(Remediator remediator) =>
        new(remediator.Submit, remediator.ClearQuarantineAsync, remediator.SetPausedAsync, remediator.Status);
}

/// <summary>
/// Turns requests of the console into wishes at the one door, whether they come through the socket or from the command line of this very
/// process. It decides nothing.
/// </summary>
internal sealed class ControlDesk(ControlDoor door, NetClass devices)
{
    /// <summary>The longest reason in characters: it is kept in each journal entry.</summary>
    public const int MaxReason = 1024;

    private const int MaxSettings = 64;
    private const int MaxName = 64;

    /// <summary>Answers a request.</summary>
    /// <param name="request">The request.</param>
    /// <param name="actor">Who asks, for the record.</param>
    /// <param name="ending">Stops the waiting for an outcome, not what leads to it.</param>
    public async Task<ControlAnswer> AnswerAsync(ControlRequest request, string actor, CancellationToken ending)
    {
        if (Objection(request) is { } objection)
            return ControlAnswer.Refuse(objection);
        switch (request.Command)
        {
            case ControlCommand.Status:
                return new ControlAnswer { Status = door.Status() };
            case ControlCommand.Pause or ControlCommand.Resume:
                return await door.SetPaused(request.Command == ControlCommand.Pause, actor) is { } no ? ControlAnswer.Refuse(no.Explanation) : Switched(door.Status());
        }
        InterfaceName device;
        try
        {
            if (Find(request.Device, out device) is { } refusal)
                return refusal;
        }
        catch (LinuxException exception)
        {
            return ControlAnswer.Refuse(exception.Message);
        }
        if (request.Command == ControlCommand.ClearQuarantine)
            return Done(await door.ClearQuarantine(device, actor), $"{device}: no quarantine, no cool-down, and its budget is full again.");
        if (request.Command == ControlCommand.Remediate)
            await door.Watch(device);
        var ticket = door.Submit(new RemediationRequest(device, RemediationTrigger.Cli)
        {
            // A profile is a setting that stands for others.
            Settings = request.Profile is { } profile ? [profile] : [.. request.Settings ?? []],
            Profile = request.Profile,
            Recover = request.Recover,
            Rollback = request.Command == ControlCommand.Rollback,
            DryRun = request.DryRun,
            Actor = actor,
            Reason = request.Reason,
        });
        return new ControlAnswer { Outcome = await ticket.Outcome.WaitAsync(ending), Joined = ticket.Joined ? true : null };
    }

    // The command line can't write these; another program at the socket can.
    private static string? Objection(ControlRequest request)
    {
        var changes = request.Command == ControlCommand.Remediate;
        var about = changes || request.Command is ControlCommand.Rollback or ControlCommand.ClearQuarantine;
        var name = SnakeCase.Of(request.Command);
        return request switch
        {
            { Device: null or "" } when about => $"{name} needs a device; there is no way to mean all of them",
            { Device: not null } when !about => $"{name} takes no device",
            { Profile: not null } or { Settings: not null } or { Recover: true } when !changes => $"{name} takes neither a profile nor settings nor recover",
            { Profile: not null, Settings: not null } => "a profile and settings exclude each other",
            { Profile.Length: 0 or > MaxName } => "the profile has no name, or too long a one",
            { Settings.Count: 0 or > MaxSettings } => "the list of settings is empty, or too long",
            { Settings: { } settings } when settings.Any(setting => setting is null or { Length: 0 or > MaxName }) => "a setting has no name, or too long a one",
            { DryRun: true } when !changes && request.Command != ControlCommand.Rollback => $"{name} knows no dry run",
            { Reason.Length: > MaxReason } => $"the reason is longer than {MaxReason} characters",
            _ => null,
        };
    }

    // By name first: virtio0 could be either. A name without a match goes on to the door, which knows devices that have left, too.
    private ControlAnswer? Find(string? text, out InterfaceName device)
    {
        var named = InterfaceName.TryParse(text, out device);
        if (named)
            using (var open = devices.Open(device))
                if (open is not null)
                    return null;
        if (!BusAddress.TryParse(text, out var address))
            return named ? null : ControlAnswer.Refuse("that is neither a name that a network device can have nor an address on a bus");
        switch (devices.FindByBusAddress(address))
        {
            case [var only]:
                device = only;
                return null;
            case [_, ..] found:
                return ControlAnswer.Refuse($"several devices are at {address}; name one: {string.Join(", ", found)}");
            default:
                return named ? null : new ControlAnswer
                {
                    Outcome = new RemediationOutcome("", address.ToString(), RemediationVerdict.Declined, $"No network device is at {address}.") { Declined = DeclineReason.UnknownDevice },
                };
        }
    }

    // What is so now, which after a resume may still be paused: by the file.
    private static ControlAnswer Switched(RemediationStatus status) => new()
    {
        Done = status.PauseExplanation ?? "Remediation is resumed: it is paused neither by command nor by a file.",
        Paused = status.Paused,
        PausedBy = status.PausedBy,
    };

    private static ControlAnswer Done(AdminError? refusal, string sentence) =>
        refusal is null ? new ControlAnswer { Done = sentence } : ControlAnswer.Refuse(refusal.Explanation);
}
