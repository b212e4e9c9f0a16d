using System.Diagnostics;
using NicHangExporter.Hosting;
using NicHangExporter.Options;
using NicHangExporter.State;
using NicHangExporter.TestSupport;

namespace NicHangExporter.Tests.Remediation;

/// <summary>File systems that are full or read-only, as the kernel has them.</summary>
public sealed class JournalOnRealDisksTests : IDisposable
{
    private readonly TemporaryDirectory _directory = new();
    private readonly ExporterOptions _options;
    private readonly Histories _histories = new(7);
    private readonly Stack<string> _mounts = [];

    public JournalOnRealDisksTests()
    {
        Requires.Root();
        Requires.Program("mount");
        _options = new ExporterOptions { Paths = new() { StateDirectory = _directory.Path } };
        Mount("-t", "tmpfs", "-o", "size=64k,mode=0700", "none", _directory.Path);
    }

    public void Dispose()
    {
        while (_mounts.TryPop(out var path))
            // Lazy: a process that another test starts may have a copy of an open file until its exec.
            Run("umount", "--lazy", path);
        _directory.Dispose();
    }

    [Fact]
    public void Journal_OnADiskThatIsFull_RefusesAndWritesEverythingOnceThereIsRoom()
    {
        using var state = new StateDirectory(_options);
        using (var writer = new JournalWriter(_options, state))
        {
            Assert.True(writer.Append(_histories.After(0)));
            Fill(_directory.File("filler"));
            var refused = 0;
            while (refused < 20)
                refused += writer.Append(_histories.After(writer.Seq)) ? 0 : 1;
            Assert.False(writer.Journal.IsWritable || writer.Journal.Retry());
            Assert.Contains("No space left on device", Assert.Single(writer.Lines(EventIds.JournalUnavailable)),
                StringComparison.Ordinal);

            File.Delete(_directory.File("filler"));

            Assert.True(writer.Journal.Retry() && writer.Journal.IsWritable);
            Assert.Single(writer.Lines(EventIds.JournalRecovered));
            var entries = JournalWriter.Entries(File.ReadAllBytes(_directory.File("journal.jsonl")));
            Assert.Equal(Enumerable.Range(1, (int)writer.Seq), entries.Select(entry => (int)entry.Seq));
            using var next = new StateDirectory(_options);
            using var reader = new JournalWriter(_options, next);
            Assert.Equal(JournalWriter.Text(writer.State), JournalWriter.Text(reader.State));
        }
    }

    [Fact]
    public void Journal_KilledOnAFullDisk_IsTornAndGoesOn()
    {
        long seq;
        using (var state = new StateDirectory(_options))
        using (var writer = new JournalWriter(_options, state))
        {
            Assert.True(writer.Append(_histories.After(0)));
            Fill(_directory.File("filler"));
            while (writer.Append(_histories.After(writer.Seq)))
            {
            }
            seq = writer.Acknowledged.Max();
        }
        File.Delete(_directory.File("filler"));
        using var again = new StateDirectory(_options);
        using var next = new JournalWriter(_options, again);
        Assert.True(next.History.IsKnown);
        Assert.Equal(seq, next.Seq);
        Assert.True(next.Append(_histories.After(seq)));
    }

    [Fact]
    public void Journal_OnAFileSystemThatIsReadOnly_IsReadAndOpensOnceItIsNot()
    {
        using (var state = new StateDirectory(_options))
        using (var writer = new JournalWriter(_options, state))
            Assert.True(writer.Append(_histories.After(0)));
        Run("mount", "-o", "remount,ro", _directory.Path);
        using var again = new StateDirectory(_options);
        using var next = new JournalWriter(_options, again);
        Assert.Equal((1, true, false, false),
            (next.Seq, next.History.IsKnown, next.Journal.IsOpen, next.Journal.IsWritable));
        Assert.Contains("Read-only file system", Assert.Single(next.History.Problems), StringComparison.Ordinal);

        Run("mount", "-o", "remount,rw", _directory.Path);
        next.Open();

        Assert.True(next.Append(_histories.After(next.Seq)));
    }

    [Fact]
    public void Rotation_OntoAFileSystemThatTurnedReadOnly_WaitsForIt()
    {
        using var state = new StateDirectory(_options);
        using var writer = new JournalWriter(_options, state,
            new NicHangExporter.Remediation.Journaling.JournalFiles { MaxBytes = 2000 });
        while (writer.Checkpoints < 2)
            Assert.True(writer.Append(_histories.After(writer.Seq)));
        // Files that are open for writing keep a file system from becoming read-only; a second mount over it works.
        Mount("--bind", _directory.Path, _directory.Path);
        Run("mount", "-o", "remount,bind,ro", _directory.Path);
        while (writer.Append(_histories.After(writer.Seq)))
        {
        }
        Assert.False(writer.Append(_histories.After(writer.Seq)));
        Assert.Contains("Read-only file system", Assert.Single(writer.Lines(EventIds.JournalUnavailable)),
            StringComparison.Ordinal);

        Run("umount", _mounts.Pop());

        Assert.True(writer.Journal.Retry());
        using var next = new JournalWriter(_options, new StateDirectory(_options));
        Assert.Equal(JournalWriter.Text(writer.State), JournalWriter.Text(next.State));
    }

    private static void Fill(string path)
    {
        using var file = new FileStream(path, FileMode.Create, FileAccess.Write, FileShare.None, 0);
        var free = new DriveInfo(Path.GetDirectoryName(path)!).AvailableFreeSpace;
        file.Write(new byte[free]);
        Assert.Throws<IOException>(() => file.WriteByte(0));
    }

    private void Mount(params string[] arguments)
    {
        Run("mount", arguments);
        _mounts.Push(arguments[^1]);
    }

    private static void Run(string program, params string[] arguments)
    {
        using var process = Process.Start(new ProcessStartInfo(Requires.Find(program)!,
            arguments)
        { RedirectStandardError = true })!;
        var complaint = process.StandardError.ReadToEnd();
        process.WaitForExit();
        Assert.True(process.ExitCode == 0, $"{program} {string.Join(' ', arguments)}: {complaint}");
    }
}
