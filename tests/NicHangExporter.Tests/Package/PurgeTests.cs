using NicHangExporter.Persistence;
using NicHangExporter.Tests.Persistence;
using NicHangExporter.TestSupport;

namespace NicHangExporter.Tests.Package;

/// <summary>
/// A purge of the package removes the files that keep settings, although the program that wrote them is gone by then.
/// </summary>
public sealed class PurgeTests
{
    private static readonly string Script = Path.Combine(Repository.Root, "deploy/debian/files/postrm");

    [Theory]
    [MemberData(nameof(Hosts.Ways), MemberType = typeof(Hosts))]
    public void Purge_OfAWrittenFile_LeavesTheHostAsBefore(string name, string way)
    {
        using var host = Hosts.Create(name);
        var before = host.Snapshot();
        Assert.True(host.Apply(host.Plan(Enum.Parse<PersistenceWay>(way))).Changed);

        Purge(host);

        Assert.Equal(before, host.Snapshot());
    }

    [Theory]
    [MemberData(nameof(Hosts.Ways), MemberType = typeof(Hosts))]
    public void Purge_OfAnEditedFile_KeepsAndNamesIt(string name, string way)
    {
        using var host = Hosts.Create(name);
        var plan = host.Plan(Enum.Parse<PersistenceWay>(way));
        host.Apply(plan);
        File.AppendAllText(host.Root.Full(plan.Path), "# by the administrator\n");
        var before = host.Snapshot();

        Assert.Contains($"{plan.Path} stays, because it was edited", Purge(host), StringComparison.Ordinal);

        Assert.Equal(before, host.Snapshot());
    }

    [Theory]
    [MemberData(nameof(Hosts.Ways), MemberType = typeof(Hosts))]
    public void Removal_KeepsTheFile(string name, string way)
    {
        using var host = Hosts.Create(name);
        host.Apply(host.Plan(Enum.Parse<PersistenceWay>(way)));
        var before = host.Snapshot();

        Purge(host, "remove");

        Assert.Equal(before, host.Snapshot());
    }

    private static string Purge(HostTree host, string action = "purge") =>
        Execution.Of("env", $"DPKG_ROOT={host.Root.Full("/").TrimEnd('/')}", "sh", Script, action).Succeeded();
}
