using NicHangExporter.Linux;
using NicHangExporter.Remediation;
using NicHangExporter.Remediation.Evidence;
using NicHangExporter.TestSupport;

namespace NicHangExporter.Tests.Remediation;

public sealed class EpisodeFilesTests : IDisposable
{
    private static readonly DateTimeOffset Start = new(2026, 11, 23, 14, 30, 0, TimeSpan.Zero);

    private readonly TemporaryDirectory _directory = new();

    private string State => _directory.Path;

    private string Episodes => _directory.File("episodes");

    public void Dispose() => _directory.Dispose();

    [Fact]
    public void List_WithoutADirectory_IsEmpty()
    {
        Assert.Empty(EpisodeFiles.List(State));
        Assert.Null(EpisodeFiles.Read(State, Id(1)));
    }

    [Fact]
    public void List_NewestFirst_PassesOverWhatIsNoBundle()
    {
        foreach (var number in new[] { 2, 3, 1 })
            EpisodeFiles.Write(State, Bundle(number));
        File.WriteAllText(Path.Combine(Episodes, Id(4) + ".json"), "{ torn");
        File.WriteAllText(Path.Combine(Episodes, Id(5) + ".json"), "null");
        File.WriteAllText(Path.Combine(Episodes, Id(6) + ".json"), "{}");
        File.WriteAllText(Path.Combine(Episodes, Id(7) + ".json"), new string(' ', EpisodeFiles.MaxLength + 1));
        File.Copy(Path.Combine(Episodes, Id(1) + ".json"), Path.Combine(Episodes, Id(8) + ".json"));
        Directory.CreateDirectory(Path.Combine(Episodes, Id(9) + ".json"));
        File.WriteAllText(Path.Combine(Episodes, "notes.json"), "{}");

        Assert.Equal([Id(3), Id(2), Id(1)], EpisodeFiles.List(State).Select(bundle => bundle.Id));
    }

    [Theory]
    [InlineData("../secret")]
    [InlineData("/etc/hostname")]
    [InlineData("notes")]
    public void Read_WhatIsNoId_IsNoPath(string id)
    {
        EpisodeFiles.Write(State, Bundle(1));
        File.Copy(Path.Combine(Episodes, Id(1) + ".json"), Path.Combine(Episodes, "notes.json"));
        File.Copy(Path.Combine(Episodes, Id(1) + ".json"), Path.Combine(State, "secret.json"));

        Assert.Null(EpisodeFiles.Read(State, id));
    }

    [Fact]
    public void Read_OfAnotherVersion_TakesWhatItKnows()
    {
        Directory.CreateDirectory(Episodes);
        File.WriteAllText(Path.Combine(Episodes, Id(1) + ".json"),
            $$"""{"id":"{{Id(1)}}","device":"eno1","future":[{}],"before":{"time":"2026-11-23T14:30:00Z"} }""");

        var bundle = EpisodeFiles.Read(State, Id(1))!;

        Assert.Empty(bundle.Remediations);
        Assert.Empty(bundle.Before!.Errors);
    }

    [Fact]
    public void Prune_KeepsTheNewestAndThoseUnderWay()
    {
        for (var number = 1; number <= EpisodeFiles.MaxBundles + 3; number++)
            EpisodeFiles.Write(State, Bundle(number));
        File.WriteAllText(Path.Combine(Episodes, Id(1) + ".json.new"), "half");
        File.WriteAllText(Path.Combine(Episodes, "notes.json"), "not ours");

        EpisodeFiles.Prune(State, new HashSet<string> { Id(1) });

        var ids = EpisodeFiles.List(State).Select(bundle => bundle.Id).ToList();
        Assert.Equal(EpisodeFiles.MaxBundles, ids.Count);
        Assert.Equal([Id(5), Id(1)], ids[^2..]);
        Assert.Equal(EpisodeFiles.MaxBundles + 1, Directory.GetFiles(Episodes).Length);
    }

    [Fact]
    public void Prune_AllUnderWay_StillKeepsNoMore()
    {
        var ids = Enumerable.Range(1, EpisodeFiles.MaxBundles + 3).Select(Id).ToHashSet();
        for (var number = 1; number <= EpisodeFiles.MaxBundles + 3; number++)
            EpisodeFiles.Write(State, Bundle(number));

        EpisodeFiles.Prune(State, ids);

        Assert.Equal(EpisodeFiles.MaxBundles, EpisodeFiles.List(State).Count);
    }

    [Fact]
    public void Write_ThousandsOfCounters_LeavesOutLaterSnapshotsFirst()
    {
        var snapshot = new DeviceStateSnapshot
        {
            Statistics = Enumerable.Range(0,
            4000).ToDictionary(i => $"rx_queue_{i}_packets", i => (ulong)i),
            Operstate = "up"
        };
        EpisodeFiles.Write(State, Bundle(1) with
        {
            Before = snapshot,
            Remediations = [Remediation("a", snapshot), Remediation("b", null)]
        });

        var bundle = EpisodeFiles.Read(State, Id(1))!;

        Assert.Equal(4000, bundle.Before!.Statistics!.Count);
        Assert.Null(bundle.Remediations[0].After);
        Assert.Contains("the snapshots between", Assert.Single(bundle.Errors), StringComparison.Ordinal);
    }

    [Fact]
    public void Write_EverythingTooLarge_StaysWithinItsLimit()
    {
        var snapshot = new DeviceStateSnapshot
        {
            Statistics = Enumerable.Range(0, 10_000).ToDictionary(i => $"rx_queue_{i}_packets", i => (ulong)i),
            Queues = [.. Enumerable.Range(0, 256).Select(i => new TxQueueState(i, 1, 2, 3))],
            Uppers = [.. Enumerable.Range(0,
                256).Select(i => new UpperDevice($"br{i}", [.. Enumerable.Range(0, 256).Select(j => $"veth{j}")]))],
            Features = Enumerable.Range(0, 5000).ToDictionary(i => $"feature-{i}", _ => "off [requested on]"),
        };
        var text = string.Concat(Enumerable.Repeat("\U0001F525", 1024));
        EpisodeFiles.Write(State, Bundle(1) with
        {
            Before = snapshot,
            AtEnd = snapshot,
            Report = text,
            KernelLines = [.. Enumerable.Repeat(text, 40)],
            Remediations = [.. Enumerable.Range(0, 24).Select(i => Remediation($"r{i}",
                snapshot) with { Steps = [.. Enumerable.Repeat(text, 64)], Explanation = text })],
        });

        Assert.InRange(new FileInfo(Path.Combine(Episodes, Id(1) + ".json")).Length, 1, EpisodeFiles.MaxLength);
        var bundle = EpisodeFiles.Read(State, Id(1))!;
        Assert.Equal(("r23", text), (bundle.Remediations[^1].Id, bundle.Report));

        // A part that was left out twice is listed once.
        EpisodeFiles.Write(State, bundle with { Before = snapshot });
        Assert.Equal(bundle.Errors, EpisodeFiles.Read(State, Id(1))!.Errors);
    }

    private static string Id(int number) =>
        EpisodeId.New(Start.AddMinutes(number), InterfaceName.TryParse("eno1", out var name) ? name : default);

    private static EpisodeBundle Bundle(int number) => new(Id(number), "eno1") { Start = Start.AddMinutes(number) };

    private static EpisodeRemediation Remediation(string id, DeviceStateSnapshot? after) =>
        new(id, RemediationVerdict.NotHealed, "It was tried.") { After = after };
}
