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

    [Theory]
    [MemberData(nameof(Hosts.Ways), MemberType = typeof(Hosts))]
    public void Purge_OfAFileThatWasNotRenamedYet_RemovesIt(string name, string way)
    {
        using var host = Hosts.Create(name);
        var plan = host.Plan(Enum.Parse<PersistenceWay>(way));
        host.Apply(plan);
        var path = host.Root.Full(plan.Path);
        File.Move(path, Path.Join(Path.GetDirectoryName(path), $".{Path.GetFileName(path)}.new"));

        Purge(host);

        Assert.DoesNotContain(host.Snapshot(), line => line.Contains(".new", StringComparison.Ordinal));
    }

    [Fact]
    public void Purge_KeepsTheAdministratorsFiles()
    {
        using var host = new HostTree();
        const string folder = "/etc/nic-hang-exporter/";
        foreach (var file in (string[])["config.yaml", ".setup-undo.json", "disable", "mine.yaml", "credentials/token"])
            host.Write(folder + file, "x");

        Assert.Contains("stays, because it has files of yours", Purge(host), StringComparison.Ordinal);

        Assert.Equal([host.Root.Full(folder + "credentials/token"), host.Root.Full(folder + "mine.yaml")],
            Directory.EnumerateFiles(host.Root.Full(folder), "*", SearchOption.AllDirectories).Order());
    }

    [Fact]
    public void Purge_OfTheFilesOfPackageAndSetup_RemovesTheFolder()
    {
        using var host = new HostTree();
        host.Folder("/etc/nic-hang-exporter/credentials");
        foreach (var file in (string[])["config.yaml", ".setup-undo.json", "disable"])
            host.Write("/etc/nic-hang-exporter/" + file, "x");

        Purge(host);

        Assert.False(Directory.Exists(host.Root.Full("/etc/nic-hang-exporter")));
    }

    private static string Purge(HostTree host, string action = "purge") =>
        Execution.Of("env", $"DPKG_ROOT={host.Root.Full("/").TrimEnd('/')}", "sh", Script, action).Succeeded();
}
