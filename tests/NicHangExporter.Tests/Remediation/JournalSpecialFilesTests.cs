using NicHangExporter.Hosting;
using NicHangExporter.Linux;
using NicHangExporter.Options;
using NicHangExporter.Remediation.Journaling;
using NicHangExporter.State;
using NicHangExporter.TestSupport;

namespace NicHangExporter.Tests.Remediation;

/// <summary>
/// Something else in place of a file of the journal: it is set aside, nothing waits for it, and what can be read is not
/// thrown away.
/// </summary>
public sealed class JournalSpecialFilesTests : IDisposable
{
    private readonly TemporaryDirectory _directory = new();
    private readonly ExporterOptions _options;

    public JournalSpecialFilesTests() =>
        _options = new ExporterOptions { Paths = new() { StateDirectory = _directory.File("state") } };

    private string Path => _directory.File("state/journal.jsonl");

    private string Victim => _directory.File("victim");

    public void Dispose() => _directory.Dispose();

    [Theory]
    [InlineData("fifo", "a FIFO")]
    [InlineData("directory", "a directory")]
    [InlineData("link", "a symbolic link")]
    public void Journal_ThatIsNoFile_IsSetAsideAndHistoryIsUnknown(string what, string text)
    {
        Write(3);
        File.Delete(Path);
        Make(Path, what);
        using (var state = new StateDirectory(_options))
        using (var next = new JournalWriter(_options, state))
        {
            Assert.False(next.History.IsKnown);
            Assert.Contains($"it is {text}, not a regular file", Assert.Single(next.Lines(EventIds.JournalSetAside)),
                StringComparison.Ordinal);
            Assert.True(next.Append(new JournalEntry(JournalEvent.Clock)));
        }
        Assert.True(FileIsRegular(Path));
        Assert.False(FileIsRegular(Path + ".corrupt-1"));
        Assert.Equal("precious", File.ReadAllText(Victim));
    }

    [Theory]
    [InlineData("fifo")]
    [InlineData("directory")]
    [InlineData("link")]
    public void UnfinishedFile_ThatIsNone_CostsNoHistory(string what)
    {
        var seq = Write(3);
        Make(Path + ".new", what);
        Make(_directory.File("state/decisions.json.new"), what);
        using var state = new StateDirectory(_options);
        using var next = new JournalWriter(_options, state, new JournalFiles { MaxBytes = 1 });
        Assert.True(next.History.IsKnown && next.Journal.IsOpen);
        Assert.Equal(seq, next.Seq);
        // Each begins a new file, and each is a decision.
        Assert.True(next.Append(new JournalEntry(JournalEvent.Paused))
            && next.Append(new JournalEntry(JournalEvent.Resumed)));
        Assert.Equal("precious", File.ReadAllText(Victim));
    }

    [Fact]
    public void UnfinishedFile_ThatCannotBeRemoved_CostsNoHistory()
    {
        var seq = Write(3);
        var files = new JournalFiles
        {
            Delete = path => throw new UnauthorizedAccessException($"Access to the path '{path}' is denied."),
        };
        using var state = new StateDirectory(_options);
        using var next = new JournalWriter(_options, state, files);
        Assert.True(next.History.IsKnown);
        Assert.False(next.Journal.IsOpen);
        Assert.Equal(seq, next.Seq);
        Assert.Contains("not for this user", Assert.Single(next.Lines(EventIds.JournalUnavailable)),
            StringComparison.Ordinal);
    }

    [Theory]
    [InlineData("fifo")]
    [InlineData("directory")]
    [InlineData("link")]
    public void Mark_ThatIsNoFile_IsAsGoodAsNone(string what)
    {
        var seq = Write(3);
        File.Delete(_directory.File("state/decisions.json"));
        Make(_directory.File("state/decisions.json"), what);
        using var state = new StateDirectory(_options);
        using var next = new JournalWriter(_options, state);
        Assert.True(next.History.IsKnown);
        Assert.Equal(seq, next.Seq);
        Assert.True(next.Append(new JournalEntry(JournalEvent.Paused)));
        Assert.True(FileIsRegular(_directory.File("state/decisions.json")));
        Assert.Equal("precious", File.ReadAllText(Victim));
    }

    private long Write(int entries)
    {
        File.WriteAllText(Victim, "precious");
        using var state = new StateDirectory(_options);
        using var writer = new JournalWriter(_options, state);
        for (var entry = 0; entry < entries; entry++)
            Assert.True(writer.Append(new JournalEntry(JournalEvent.Clock)));
        return writer.Seq;
    }

    private static bool FileIsRegular(string path) =>
        Linux.FileStatus.TryReadUnfollowed(path, out var status) == Linux.Errno.None
            && status.Kind == Linux.FileKind.Regular;

    private void Make(string path, string what) => _ = what switch
    {
        "fifo" => Execution.Of("mkfifo", path).Succeeded(),
        "directory" => Directory.CreateDirectory(path).FullName,
        _ => File.CreateSymbolicLink(path, Victim).FullName,
    };
}
