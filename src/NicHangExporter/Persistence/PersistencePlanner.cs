using System.Collections.Immutable;
using NicHangExporter.Linux;
using NicHangExporter.Text;

namespace NicHangExporter.Persistence;

/// <summary>Decides which file keeps the settings of a NIC off. Reads files of the host and writes none.</summary>
internal static class PersistencePlanner
{
    private const int MaxProfileLength = 64;

    private delegate WayProposal? Proposer(PlanContext context, out string? reason);

    // In the order of preference.
    private static readonly ImmutableArray<(PersistenceWay Way, Proposer Propose)> Ways =
    [
        (PersistenceWay.Link, LinkWay.Propose), (PersistenceWay.Udev, UdevWay.Propose),
        (PersistenceWay.Hook, HookWay.Propose),
    ];

    /// <summary>Plans the file.</summary>
    /// <exception cref="PersistenceException"><see cref="PersistenceError.NotPossible"/>: no way applies, a setting is
    /// unknown, the device does not have it, or the host can't be read.</exception>
    public static PersistencePlan Plan(HostRoot root, PersistenceRequest request)
    {
        if (request.Profile is { } profile && !IsProfile(profile))
            throw new PersistenceException(PersistenceError.NotPossible, $"'{profile}' is no name of a profile");
        var settings = PersistedSettings.Check(request.Settings, request.Nic, request.Features);
        try
        {
            return Choose(PlanContext.Read(root, request with { Settings = settings }));
        }
        catch (LinuxException exception)
        {
            throw HostRoot.Unreadable($"{root.Sysfs}/class/net", exception);
        }
    }

    private static PersistencePlan Choose(PlanContext context)
    {
        var skipped = new List<string>();
        foreach (var (way, propose) in Ways.Where(row => context.Request.Via is null || context.Request.Via == row.Way))
        {
            var proposal = propose(context, out var reason);
            if (proposal is not null && MissingFolder(context.Root, proposal.Path) is { } missing)
                reason = $"the folder {missing} does not exist";
            if (proposal is not null && reason is null)
                return Plan(context, way, proposal, skipped);
            skipped.Add($"{SnakeCase.Of(way)} does not apply: {reason}");
        }
        throw new PersistenceException(
            PersistenceError.NotPossible,
            $"{context.Nic.Device}: no way to persist these settings on this host: {string.Join("; ", skipped)}");
    }

    private static PersistencePlan Plan(
        PlanContext context, PersistenceWay way, WayProposal proposal, List<string> skipped)
    {
        var manager = context.Owner.Manager;
        var creates = MakesFolder(context, proposal.Path);
        var text = new PersistenceText
        {
            Bus = context.Nic.Bus,
            Device = context.Nic.Device.ToString(),
            Profile = context.Request.Profile,
            Settings = context.Request.Settings,
            OwnsFolder = creates,
        };
        List<string?> notes = [context.Owner.Conflict, .. skipped, .. proposal.Notes, OfPorts(context)];
        if (way != PersistenceWay.Link)
            notes.Add(PersistedSettings.NoteOf(context.Request.Settings));
        notes.Add(PersistenceEvents.NoteOf(way, manager));
        return new PersistencePlan
        {
            Nic = context.Nic,
            Manager = manager,
            Way = way,
            Path = proposal.Path,
            Mode = proposal.Mode,
            Content = text.Compose(proposal.IsProgram, proposal.Removal, proposal.Body),
            CreatesFolder = creates,
            Settings = context.Request.Settings,
            NotCovered = PersistenceEvents.NotCovered(way, manager),
            Notes = [.. notes.OfType<string>()],
        };
    }

    // A file that is written again keeps its claim to the folder that was made for it.
    private static bool MakesFolder(PlanContext context, string path) =>
        !context.Root.Exists(FolderOf(path))
        || (context.Root.Read(path) is { } bytes && PersistenceText.Parse(bytes) is { OwnsFolder: true } old
            && old.Bus == context.Nic.Bus);

    // One level can be created, not two.
    private static string? MissingFolder(HostRoot root, string path) =>
        root.Exists(FolderOf(path)) || root.Exists(FolderOf(FolderOf(path))) ? null : FolderOf(FolderOf(path));

    private static string? OfPorts(PlanContext context) => context.Ports.Length < 2 ? null
        : $"the file covers all {context.Ports.Length} ports at {context.Nic.Bus}: {string.Join(", ", context.Ports)}";

    private static string FolderOf(string path) => Path.GetDirectoryName(path)!;

    private static bool IsProfile(string profile) =>
        profile.Length is > 0 and <= MaxProfileLength
        && profile.All(character => char.IsAsciiLetterOrDigit(character) || character is '-' or '_' or '+' or ',');
}
