using System.Collections.Immutable;
using System.Text.Json.Serialization;
using NicHangExporter.Text;

namespace NicHangExporter.Remediation.Policy;

/// <summary>What pauses remediation.</summary>
[JsonConverter(typeof(SnakeCaseConverter<PauseCause>))]
internal enum PauseCause
{
    /// <summary>A person, by the command <c>pause</c> or by the API.</summary>
    Command,
    /// <summary>Assumed: a part of the journal was lost, and a pause may be in it.</summary>
    LostHistory,
    /// <summary>The file of <c>remediation.disable-file</c>.</summary>
    File,
}

/// <summary>Whether remediation is paused and by what, for console and API.</summary>
/// <param name="By">What pauses it; empty if nothing does.</param>
/// <param name="Explanation">A sentence or two, with how to end the pause.</param>
internal sealed record PauseState(ImmutableArray<PauseCause> By, string Explanation)
{
    private const string Resume = "nic-hang-exporter resume, or DELETE /api/v1/pause";

    /// <summary>Nothing is changed, except to undo.</summary>
    public bool IsPaused => !By.IsEmpty;

    /// <summary>The state of the two switches.</summary>
    /// <param name="byCommand">It is paused by command.</param>
    /// <param name="file">The kill switch file.</param>
    /// <param name="path">The path of the file.</param>
    /// <param name="isAssumed">The pause by command is assumed, because a part of the journal was lost.</param>
    public static PauseState Of(bool byCommand, DisableFile file, string path, bool isAssumed = false)
    {
        var (cause, by, and) = isAssumed
            ? (PauseCause.LostHistory, "because a part of the journal was lost, and a pause may be among it", "; and")
            : (PauseCause.Command, "by command", " and");
        return (byCommand, file) switch
        {
            (false, { IsThere: false, Error: null }) => new([], "Remediation is not paused."),
            (true, { IsThere: false, Error: null }) => new([cause],
                $"Remediation is paused {by}: nothing is changed, except to undo. To end that: {Resume}."),
            (false, { Error: null }) => new([PauseCause.File],
                $"Remediation is paused by the file {path}: nothing is changed, except to undo."
                + " To end that, remove the file."),
            (true, { Error: null }) => new([cause, PauseCause.File],
                $"Remediation is paused {by}{and} by the file {path}: nothing is changed, except to undo."
                + $" To end that, remove the file, and: {Resume}."),
            (_, { Error: var error }) => new(byCommand ? [cause, PauseCause.File] : [PauseCause.File],
                $"Remediation is paused{(byCommand ? $" {by}, and" : ":")} whether the file {path} is there can't be"
                + $" told ({error}), which counts as if it were."
                + $" To end that, let the exporter search its directory{(byCommand ? $", and: {Resume}" : "")}."),
        };
    }
}
