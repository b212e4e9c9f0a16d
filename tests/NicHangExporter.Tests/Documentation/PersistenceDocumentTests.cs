using System.Globalization;
using System.Text;
using NicHangExporter.Persistence;
using NicHangExporter.Text;

namespace NicHangExporter.Tests.Documentation;

/// <summary>Holds the tables of docs/reference/persistence.md against the code.</summary>
public sealed class PersistenceDocumentTests
{
    private static readonly Document Page = new("docs/reference/persistence.md");

    [Fact]
    public void Places_AreThoseOfTheTable()
    {
        var table = new StringBuilder("| way | managers | file | mode |\n| --- | --- | --- | --- |\n");
        foreach (var place in PersistencePlace.All)
        {
            var managers = place.Managers.IsEmpty ? "any with udev"
                : string.Join(", ", place.Managers.Select(ManagerNames.Of));
            if (place.Way == PersistenceWay.Link)
                Row(place, managers, $"{PersistencePlace.LinkFolder}/NAME.link.d/{PersistencePlace.DropInName}");
            Row(place, managers, $"{place.Folder}/{place.Prefix}BUS{place.Suffix}");
        }

        Page.AssertGenerated("places", table.ToString());

        void Row(PersistencePlace place, string managers, string file) => table.Append(
            CultureInfo.InvariantCulture,
            $"| `{SnakeCase.Of(place.Way)}` | {managers} | `{file}` | 0{Convert.ToString((int)place.Mode, 8)} |\n");
    }

    [Fact]
    public void Events_AreThoseOfTheTable()
    {
        var events = Enum.GetValues<PersistenceEvent>();
        var table = new StringBuilder("| way | manager |");
        foreach (var @event in events)
            table.Append(CultureInfo.InvariantCulture, $" {Heading(@event)} |");
        table.Append('\n').Append("| --- | --- |").Insert(table.Length, " --- |", events.Length).Append('\n');
        foreach (var row in PersistenceEvents.All)
        {
            table.Append(CultureInfo.InvariantCulture, $"| `{SnakeCase.Of(row.Way)}` | {Manager(row.Manager)} |");
            foreach (var effect in row.Effects)
                table.Append(CultureInfo.InvariantCulture, $" {Words(effect)} |");
            table.Append('\n');
        }

        Page.AssertGenerated("events", table.ToString());
    }

    [Fact]
    public void Keys_AreThoseOfTheTable()
    {
        var table = new StringBuilder("| setting | keys | systemd |\n| --- | --- | --- |\n");
        foreach (var row in LinkKeys.All)
            table.Append(
                CultureInfo.InvariantCulture,
                $"| `{row.Setting}` | {string.Join(", ", row.Keys.Select(key => $"`{key}=no`"))} | {row.Since} |\n");

        Page.AssertGenerated("keys", table.ToString());
    }

    [Fact]
    public void Text_NamesWhatTheCodeDoes()
    {
        Assert.Contains($"If it is unknown, {SystemdVersion.Assumed} is assumed", Page.Text, StringComparison.Ordinal);
        var folders = Page.Section("Remove it by hand");
        Assert.All(PersistencePlace.All, place => Assert.Contains(
            folders.Split([' ', '\n', '`']),
            word => word.StartsWith("/etc/", StringComparison.Ordinal)
                && $"{place.Folder}/".StartsWith($"{word}/", StringComparison.Ordinal)));
        Assert.All(LinkKeys.Implied.Keys, feature =>
            Assert.Contains($"`{feature}`", Page.Section(".link files"), StringComparison.Ordinal));
    }

    private static string Heading(PersistenceEvent @event) => @event switch
    {
        PersistenceEvent.Boot => "boot",
        PersistenceEvent.ManagerReload => "manager reload",
        PersistenceEvent.ManagerRestart => "manager restart",
        PersistenceEvent.InterfaceRestart => "NIC down and up",
        PersistenceEvent.BridgeRestart => "bridge down and up",
        PersistenceEvent.LinkReset => "link reset",
        PersistenceEvent.UdevTrigger => "udev add",
        PersistenceEvent.DriverReload => "driver reload",
        _ => throw new NotSupportedException($"{@event} has no arm here."),
    };

    private static string Words(EventEffect effect) => effect switch
    {
        EventEffect.Survives => "survives",
        EventEffect.BackAfterReload => "until reload",
        EventEffect.Lost => "lost",
        EventEffect.NotMeasured => "not measured",
        EventEffect.NotApplicable => "–",
        _ => throw new NotSupportedException($"{effect} has no arm here."),
    };

    private static string Manager(NetworkManagerKind manager) =>
        manager == NetworkManagerKind.None ? "none" : ManagerNames.Of(manager);
}
