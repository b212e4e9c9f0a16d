using Microsoft.Extensions.Logging;
using NicHangExporter.Hosting;
using NicHangExporter.Options;
using NicHangExporter.State;
using NicHangExporter.TestSupport;

namespace NicHangExporter.Tests;

/// <summary>One process at a time uses the directory.</summary>
public sealed class StateDirectoryTests : IDisposable
{
    private readonly TemporaryDirectory _directory = new();

    private ExporterOptions Options => new() { Paths = new() { StateDirectory = _directory.File("state") } };

    public void Dispose() => _directory.Dispose();

    [Fact]
    public void Directory_IsMadeForItsOwnerOnly()
    {
        using var state = new StateDirectory(Options);
        Assert.False(state.IsHeld);
        Assert.True(state.TryTake() && state.TryTake() && state.IsHeld);
        Assert.Null(state.Failure);
        Assert.Equal(UnixFileMode.UserRead | UnixFileMode.UserWrite | UnixFileMode.UserExecute,
            File.GetUnixFileMode(state.Path!));
        Assert.True(File.Exists(Path.Combine(state.Path!, "lock")));
    }

    [Fact]
    public void Directory_IsHeldByOneAndFreeAfterIt()
    {
        using var second = new StateDirectory(Options);
        using (var first = new StateDirectory(Options))
        {
            Assert.True(first.TryTake());
            Assert.False(second.TryTake() || second.IsHeld);
            Assert.Contains("lock", second.Failure!, StringComparison.Ordinal);
        }
        Assert.True(second.TryTake());
        Assert.Null(second.Failure);
    }

    [Fact]
    public void Directory_TakenByManyThreads_IsTakenOnce()
    {
        for (var round = 0; round < 50; round++)
        {
            using var state = new StateDirectory(Options);
            using var other = new StateDirectory(Options);
            var taken = 0;
            Parallel.For(0, 16,
                number => Interlocked.Add(ref taken, (number % 2 == 0 ? state : other).TryTake() ? 1 : 0));
            Assert.Equal(8, taken);
            Assert.True(state.IsHeld ^ other.IsHeld);
        }
    }

    [Theory]
    [InlineData("lock", true)]
    [InlineData("control.sock", true)]
    [InlineData("journal.jsonl.new", true)]
    [InlineData("state.json.new", true)]
    [InlineData("journal.jsonl", false)]
    [InlineData("journal.jsonl.1", false)]
    [InlineData("journal.jsonl.corrupt-1", false)]
    [InlineData("decisions.json", false)]
    [InlineData("state.json", false)]
    [InlineData("alerts.json", false)]
    [InlineData("episodes", false)]
    public void Directory_IsNew_WhereNothingWasKeptInIt(string name, bool isNew)
    {
        File.WriteAllText(Path.Combine(Make("state", "0700"), name), "");
        using var state = new StateDirectory(Options);
        Assert.True(state.TryTake());
        Assert.Equal(isNew, state.IsNew);
    }

    [Fact]
    public void Directory_NotConfigured_IsNoFailure()
    {
        using var state = new StateDirectory(new ExporterOptions());
        Assert.False(state.TryTake() || state.IsHeld);
        Assert.Null(state.Failure);
    }

    [Fact]
    public void Directory_ThatCannotBeMade_SaysWhyInOneLine()
    {
        File.WriteAllText(_directory.File("state"), "x");
        using var state = new StateDirectory(Options);
        Assert.False(state.TryTake());
        Assert.Contains("state is a regular file, not a directory", state.Failure!, StringComparison.Ordinal);
        Assert.DoesNotContain('\n', state.Failure!);
    }

    [Theory]
    [InlineData("/proc/nichang-state", "proc")]
    [InlineData("/sys/nichang-state", "sysfs")]
    [InlineData("/proc", "proc")]
    public void Directory_OfTheKernel_IsRefusedBeforeItIsMade(string path, string kind)
    {
        Assert.SkipUnless(KernelFileSystem.NameOf($"/{path.Split('/')[1]}") == kind, $"no {kind} is mounted here");
        var fault =
            $"{path} is on {kind}, which holds no files: take a directory on a disk, as in /var/lib/nic-hang-exporter";
        Assert.Equal(fault, StateDirectory.FaultOf(path));
        using var state = new StateDirectory(new ExporterOptions { Paths = new() { StateDirectory = path } });
        Assert.False(state.TryTake());
        Assert.Equal(fault, state.Failure);
    }

    [Fact]
    public void FileSystem_OfADisk_IsNotTheKernels()
    {
        Assert.Null(KernelFileSystem.NameOf(_directory.Path));
        Assert.Null(KernelFileSystem.NameOf(_directory.File("missing")));
    }

    [Fact]
    public void Directory_Disposed_CannotBeTakenAgain()
    {
        var state = new StateDirectory(Options);
        Assert.True(state.TryTake());
        state.Dispose();
        Assert.False(state.TryTake() || state.IsHeld);
    }

    [Fact]
    public void Directory_WhoseParentIsMissing_IsNotMade()
    {
        using var state = new StateDirectory(
            new ExporterOptions { Paths = new() { StateDirectory = _directory.File("lib/nic-hang-exportr") } });
        Assert.False(state.TryTake());
        Assert.Contains(
            $"{_directory.File("lib")} does not exist, and only the last component of state.directory is made",
            state.Failure, StringComparison.Ordinal);
        Assert.Equal(state.Failure, StateDirectory.FaultOf(state.Path!));
        Assert.Empty(Directory.GetFileSystemEntries(_directory.Path));
    }

    [Fact]
    public void Directory_ThatWasMade_IsLogged()
    {
        var log = new RecordingLogger();
        using var factory = LoggerFactory.Create(builder => builder.AddProvider(log));
        foreach (var expected in new[] { 1, 1 })
        {
            using var state = new StateDirectory(Options, factory.CreateLogger<StateDirectory>());
            Assert.Null(StateDirectory.FaultOf(state.Path!));
            Assert.True(state.TryTake());
            Assert.Equal(expected, log.Count(EventIds.StateDirectoryMade));
        }
    }

    [Theory]
    [InlineData("0777")]
    [InlineData("1777")]
    [InlineData("0770")]
    [InlineData("0702")]
    public void Directory_ThatOthersCanWrite_IsRefused(string mode)
    {
        var path = Make("state", mode);
        using var state = new StateDirectory(Options);
        Assert.False(state.TryTake());
        Assert.Equal($"{path} can be written by others (mode {mode}): run chmod 0700 {path}", state.Failure);
        Assert.Equal(state.Failure, StateDirectory.FaultOf(path));
        Assert.Empty(Directory.GetFileSystemEntries(path));
    }

    [Theory]
    [InlineData("0700")]
    [InlineData("0755")]
    public void Directory_ThatOnlyItsOwnerCanWrite_IsTaken(string mode)
    {
        Make("state", mode);
        using var state = new StateDirectory(Options);
        Assert.True(state.TryTake(), state.Failure);
    }

    [Theory]
    [InlineData("0777", false)]
    [InlineData("1777", true)]
    public void Directory_BelowOneThatEverybodyCanWrite_NeedsTheStickyBit(string mode, bool expected)
    {
        Make("open", mode);
        Make("open/state", "0700");
        using var state = new StateDirectory(new ExporterOptions
            { Paths = new() { StateDirectory = _directory.File("open/state") } });
        Assert.Equal(expected, state.TryTake());
        Assert.Equal(expected, state.Failure is null);
    }

    [Theory]
    [InlineData("state")]
    [InlineData("above/state")]
    [InlineData("link")]
    [InlineData("link/state")]
    public void Directory_OfAnotherUser_IsRefused(string path)
    {
        Requires.Root();
        Make("state", "0700");
        Make("above", "0755");
        Make("above/state", "0700");
        File.CreateSymbolicLink(_directory.File("link"), path == "link" ? _directory.File("state")
            : _directory.File("above"));
        var foreign = _directory.File(path.Split('/')[0]);
        Execution.Of("chown", "-h", "65534", foreign).Succeeded();
        using var state =
            new StateDirectory(new ExporterOptions { Paths = new() { StateDirectory = _directory.File(path) } });

        Assert.False(state.TryTake());
        Assert.StartsWith($"{foreign} belongs to user 65534", state.Failure, StringComparison.Ordinal);
        Assert.Equal(state.Failure, StateDirectory.FaultOf(state.Path!));
        Assert.Empty(Directory.GetFileSystemEntries(_directory.File("state")));
    }

    // As systemd makes it for DynamicUser=: /var/lib/NAME is a link to private/NAME that belongs to root.
    [Fact]
    public void Directory_BehindALinkOfOurOwn_IsTaken()
    {
        Make("private", "0700");
        Make("private/state", "0755");
        File.CreateSymbolicLink(_directory.File("state"), "private/state");
        using var state = new StateDirectory(Options);
        Assert.True(state.TryTake(), state.Failure);
        Assert.True(File.Exists(_directory.File("private/state/lock")));
    }

    [Theory]
    [InlineData("fifo", "a FIFO")]
    [InlineData("directory", "a directory")]
    [InlineData("link", "a symbolic link")]
    public void Lock_ThatIsNoFile_IsRefusedImmediately(string what, string text)
    {
        Make("state", "0700");
        var file = _directory.File("state/lock");
        _ = what switch
        {
            "fifo" => Execution.Of("mkfifo", file).Succeeded(),
            "directory" => Directory.CreateDirectory(file).FullName,
            _ => File.CreateSymbolicLink(file, _directory.File("victim")).FullName,
        };
        using var state = new StateDirectory(Options);
        Assert.False(state.TryTake());
        Assert.Equal($"{file} is {text}, not a regular file", state.Failure);
        Assert.Equal(state.Failure, StateDirectory.FaultOf(state.Path!));
        Assert.False(File.Exists(_directory.File("victim")));
    }

    [Fact]
    public void Directory_DeletedOrReplaced_IsNotHeldAndNotTakenAgain()
    {
        using var state = new StateDirectory(Options);
        Assert.True(state.TryTake());
        Directory.Move(state.Path!, _directory.File("old"));
        Assert.False(state.IsHeld || state.TryTake());
        Assert.Contains("deleted or replaced while it was in use", state.Failure, StringComparison.Ordinal);
        Make("state", "0700");
        File.WriteAllText(_directory.File("state/lock"), "");
        Assert.False(state.IsHeld || state.TryTake());
        Directory.Delete(state.Path!, recursive: true);
        Directory.Move(_directory.File("old"), state.Path!);
        // It stays lost when it is put back: decisions in the other directory are unknown here.
        Assert.False(state.IsHeld || state.TryTake());
        Assert.EndsWith("was deleted or replaced while it was in use: nothing is done in it until a restart",
            state.Failure, StringComparison.Ordinal);
        using var next = new StateDirectory(Options);
        state.Dispose();
        Assert.True(next.TryTake());
    }

    private string Make(string name, string mode)
    {
        var path = Directory.CreateDirectory(_directory.File(name)).FullName;
        File.SetUnixFileMode(path, (UnixFileMode)Convert.ToInt32(mode, 8));
        return path;
    }
}
