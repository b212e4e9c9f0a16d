using System.Collections.Immutable;
using System.Text.Json.Serialization;

namespace NicHangExporter.Remediation;

/// <summary>What pauses remediation.</summary>
[JsonConverter(typeof(SnakeCaseConverter<PauseCause>))]
internal enum PauseCause
{
    /// <summary>A person, by the command <c>pause</c> or by the API.</summary>
    Command,
    /// <summary>The file of <c>remediation.disable-file</c>.</summary>
    File,
}

/// <summary>Whether remediation is paused, and by what: the one source of what console and API say of it.</summary>
/// <param name="By">What pauses it; empty where nothing does.</param>
/// <param name="Explanation">A sentence or two; where it is paused, with what ends that.</param>
internal sealed record PauseState(ImmutableArray<PauseCause> By, string Explanation)
{
    private const string Resume = "nic-hang-exporter resume, or DELETE /api/v1/pause";

    /// <summary>Nothing is changed, except to undo.</summary>
    public bool IsPaused => !By.IsEmpty;

    /// <summary>The state of the two switches.</summary>
    /// <param name="byCommand">A person has paused it by command.</param>
    /// <param name="file">What is known of the file.</param>
    /// <param name="path">The path of the file.</param>
    public static PauseState Of(bool byCommand, DisableFile file, string path) => (byCommand, file) switch
    {
        (false, { IsThere: false, Error: null }) => new([], "Remediation is not paused."),
        (true, { IsThere: false, Error: null }) => new([PauseCause.Command],
            $"Remediation is paused by command: nothing is changed, except to undo. To end that: {Resume}."),
        (false, { Error: null }) => new([PauseCause.File],
            $"Remediation is paused by the file {path}: nothing is changed, except to undo. To end that, remove the file."),
        (true, { Error: null }) => new([PauseCause.Command, PauseCause.File],
            $"Remediation is paused by command and by the file {path}: nothing is changed, except to undo. To end that, remove the file, and: {Resume}."),
        (_, { Error: var error }) => new(byCommand ? [PauseCause.Command, PauseCause.File] : [PauseCause.File],
            $"Remediation is paused{(byCommand ? " by command, and" : ":")} whether the file {path} is there can't be told ({error}), which counts as if it were."
            + $" To end that, let the exporter search its directory{(byCommand ? $", and: {Resume}" : "")}."),
    };
}
