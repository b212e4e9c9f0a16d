using NicHangExporter.Diagnose;
using NicHangExporter.Tests.Detection.Patterns;

namespace NicHangExporter.Tests.Diagnose;

/// <summary>
/// Every excerpt of the corpus against its row in index.tsv: real reports in every paste format, and look-alikes.
/// </summary>
public sealed class CorpusTests
{
    public static TheoryData<string> Files => [.. Rows().Select(row => row.File)];

    [Theory]
    [MemberData(nameof(Files))]
    public void Excerpt_Diagnosed_GivesTheCountsOfItsIndexRow(string file)
    {
        var row = Rows().Single(row => row.File == file);
        var answer = DiagnosedText.Bytes(Fixtures.Read("corpus", file));

        Assert.Equal(
            (row.Hangs, row.Watchdogs, row.Resets, row.LinkDowns, row.LinkUps),
            (
                answer.Devices.Sum(device => device.HangMessages),
                answer.Devices.Sum(device => device.WatchdogMessages), answer.Devices.Sum(device => device.Resets),
                answer.Devices.Sum(device => device.LinkDowns), answer.Devices.Sum(device => device.LinkUps)));
        if (row.Device == "-")
        {
            Assert.Empty(answer.Devices);
            return;
        }
        Assert.Equal(row.Device.Split(',').Order(), answer.Devices.Select(Name).Order());
        Assert.All(
            answer.Devices,
            device =>
                Assert.True(
                    device.Driver == row.Driver || device.Driver is null && file is "11-e1000e-reset.log",
                    $"driver {device.Driver}"));
    }

    [Fact]
    public void Corpus_LookAlikes_FindNoHangInProse()
    {
        foreach (var row in Rows().Where(row => row.Hangs + row.Watchdogs == 0))
            Assert.Contains(
                "no NIC hang found", DiagnosedText.Prose(Fixtures.Read("corpus", row.File)), StringComparison.Ordinal);
    }

    [Fact]
    public void Corpus_EveryLogHasARow() =>
        Assert.Equal(
            Directory
                .GetFiles(Fixtures.PathOf("corpus"), "*.log")
                .Select(Path.GetFileName)
                .Order(StringComparer.Ordinal),
            Rows().Select(row => row.File).Order(StringComparer.Ordinal));

    private static string Name(DiagnosisJson.Entry device) => device switch
    {
        // igb names no interface in its hang report; a link line of the same excerpt may.
        { Bus: "0000:02:00.1", Device: "enp2s0f1" } or { Bus: "0000:01:00.0", Device: "eth0", Driver: "igb" } =>
            $"pci:{device.Bus}",
        { Device: not null } => device.Device,
        { Bus: not null } => $"pci:{device.Bus}",
        _ => "?",
    };

    private static IEnumerable<Row> Rows() =>
        from line in File.ReadLines(Fixtures.PathOf("corpus", "index.tsv")).Skip(1)
        let field = line.Split('\t')
        select new Row(
            field[0], field[2], field[3], int.Parse(field[6], null), int.Parse(field[7], null),
            int.Parse(field[8], null), int.Parse(field[9], null), int.Parse(field[10], null));

    private sealed record Row(
        string File, string Driver, string Device, int Hangs, int Watchdogs, int Resets, int LinkDowns, int LinkUps);
}
