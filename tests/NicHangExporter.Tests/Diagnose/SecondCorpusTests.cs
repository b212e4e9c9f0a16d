using NicHangExporter.Diagnose;
using NicHangExporter.Tests.Detection.Patterns;

namespace NicHangExporter.Tests.Diagnose;

/// <summary>
/// Every excerpt of the second corpus against its row in index.tsv: reports that earlier versions got wrong. <c>-</c>
/// means no check. "fatal" in a note requires that the output names the device and its fault.
/// </summary>
public sealed class SecondCorpusTests
{
    /// <summary>The words for a fatal row, by file. One of them must occur.</summary>
    private static readonly Dictionary<string, string[]> Troubles = new()
    {
        ["01-igc-fatal.log"] = ["PCIe link", "off the bus"],
        ["33-ena-annotated.log"] = ["keep-alive", "keep alive", "Keep alive"],
        ["67-mlx5-health-fatal.log"] = ["firmware"],
        ["74-smsc95xx-regfail.log"] = ["register", "no longer answers", "USB"],
    };

    public static TheoryData<string> Files => [.. Rows().Select(row => row.File)];

    public static TheoryData<string> FatalFiles => [.. Rows().Where(row => row.IsFatal).Select(row => row.File)];

    [Theory]
    [MemberData(nameof(Files))]
    public void Excerpt_Diagnosed_IsAsItsIndexRowSays(string file)
    {
        var row = Rows().Single(row => row.File == file);
        var devices = DiagnosedText.Bytes(Fixtures.Read("corpus2", file)).Devices;

        Assert.Equal(
            (row.Hangs, row.Watchdogs, row.Resets),
            (
                devices.Sum(device => device.HangMessages), devices.Sum(device => device.WatchdogMessages),
                devices.Sum(device => device.Resets)));
        var hung = devices.Where(device => device.HangMessages + device.WatchdogMessages > 0).ToArray();
        if (row.Hangs + row.Watchdogs == 0) Assert.Empty(hung);
        if (row.Device == "-") return;

        var device =
            row.Hangs + row.Watchdogs > 0
                ? Assert.Single(hung)
                : Assert.Single(devices, device => Name(device) == row.Device);
        Assert.Equal(row.Device, Name(device));
        if (row.Driver != "-") Assert.Equal(row.Driver, device.Driver);
        if (row.Shape != "-") Assert.Equal(row.Shape, device.Shape);
    }

    [Theory]
    [MemberData(nameof(FatalFiles))]
    public void Excerpt_OfAFatalDevice_NamesItWithItsTrouble(string file)
    {
        var row = Rows().Single(row => row.File == file);
        var prose = DiagnosedText.Prose(Fixtures.Read("corpus2", file));

        Assert.Contains(row.Device, prose, StringComparison.Ordinal);
        Assert.True(Troubles[file].Any(word => prose.Contains(word, StringComparison.Ordinal)), prose);
    }

    [Fact]
    public void Corpus_EveryLogHasARow() =>
        Assert.Equal(
            Directory
                .GetFiles(Fixtures.PathOf("corpus2"), "*.log")
                .Select(Path.GetFileName)
                .Order(StringComparer.Ordinal),
            Rows().Select(row => row.File).Order(StringComparer.Ordinal));

    private static string? Name(DiagnosisJson.Entry device) => device.Device ?? device.Bus;

    private static IEnumerable<Row> Rows() =>
        from line in File.ReadLines(Fixtures.PathOf("corpus2", "index.tsv")).Skip(1)
        let field = line.Split('\t')
        select new Row(
            field[0], field[1], int.Parse(field[2], null), int.Parse(field[3], null), int.Parse(field[4], null),
            field[5], field[6], field[7].Contains("fatal", StringComparison.Ordinal));

    private sealed record Row(
        string File, string Driver, int Hangs, int Watchdogs, int Resets, string Device, string Shape, bool IsFatal);
}
