using System.Net.Sockets;
using NicHangExporter.TestSupport;

namespace NicHangExporter.Linux.Tests;

/// <summary>Only regular files are opened. Other types are reported by name, and no call blocks.</summary>
public sealed class RegularFileTests : IDisposable
{
    private readonly TemporaryDirectory _directory = new();

    private string File => _directory.File("file");

    public static TheoryData<string, FileKind> Others => new()
    {
        { "fifo", FileKind.Fifo },
        { "directory", FileKind.Directory },
        { "socket", FileKind.Socket },
        { "link", FileKind.SymbolicLink },
        { "dangling link", FileKind.SymbolicLink },
        { "loop", FileKind.SymbolicLink },
    };

    public void Dispose() => _directory.Dispose();

    [Theory]
    [MemberData(nameof(Others))]
    public void Open_OfAnythingElse_NamesIt(string what, FileKind kind)
    {
        Make(File, what);
        foreach (var open in new Action[]
            {
                () => RegularFile.OpenRead(File),
                () => RegularFile.OpenWrite(File),
                () => RegularFile.Read(File, 10),
                () => RegularFile.ReadEnd(File, 10),
                () => RegularFile.OpenOrCreate(File, default),
            })
        {
            var exception = Assert.Throws<FileKindException>(open);
            Assert.Equal(kind, exception.Kind);
            Assert.Equal($"{File} is {kind.Text()}, not a regular file", exception.Message);
        }
        Assert.False(System.IO.File.Exists(_directory.File("target")) && what == "dangling link");
    }

    [Fact]
    public void Device_IsNotOpened() =>
        Assert.Equal(
            FileKind.CharacterDevice, Assert.Throws<FileKindException>(() => RegularFile.OpenRead("/dev/zero")).Kind);

    [Theory]
    [MemberData(nameof(Others))]
    public void Create_InPlaceOfAnythingElse_LeavesWhatItLedTo(string what, FileKind kind)
    {
        Make(File, what);
        using (var file = RegularFile.Create(File, UnixFileMode.UserRead | UnixFileMode.UserWrite))
            RandomAccess.Write(file, "new"u8, 0);

        Assert.Equal("new", System.IO.File.ReadAllText(File));
        Assert.Equal(UnixFileMode.UserRead | UnixFileMode.UserWrite, System.IO.File.GetUnixFileMode(File));
        Assert.Equal(
            what == "link" ? "precious" : null,
            System.IO.File.Exists(_directory.File("target"))
                ? System.IO.File.ReadAllText(_directory.File("target"))
                : null);
        Assert.Equal(kind == FileKind.Directory, Directory.Exists(File + ".corrupt-1"));
    }

    [Theory]
    [InlineData(0, "")]
    [InlineData(3, "123")]
    [InlineData(6, "123456")]
    [InlineData(99, "123456")]
    public void Read_ReadsAtMostSoMuch(int limit, string content)
    {
        System.IO.File.WriteAllText(File, "123456");
        Assert.Equal(content, System.Text.Encoding.ASCII.GetString(RegularFile.Read(File, limit)!));
        Assert.Equal(
            "123456"[^content.Length..], System.Text.Encoding.ASCII.GetString(RegularFile.ReadEnd(File, limit)!));
    }

    [Fact]
    public void Missing_IsNothing_AndNotPermittedIsSaid()
    {
        Assert.Null(RegularFile.Read(File, 10));
        Assert.Null(RegularFile.OpenWrite(_directory.File("nowhere/file")));
        Assert.True(LinuxException.IsPermission(new LinuxException("open", File, Errno.Access)));
        Assert.False(LinuxException.IsPermission(new LinuxException("open", File, Errno.IO)));
    }

    [Fact]
    public void Replace_IsWholeOrNotAtAll()
    {
        System.IO.File.WriteAllText(File, "old");
        AtomicFile.Replace(File, UnixFileMode.UserRead | UnixFileMode.UserWrite, "new"u8);
        Assert.Equal("new", System.IO.File.ReadAllText(File));
        Assert.Equal(UnixFileMode.UserRead | UnixFileMode.UserWrite, System.IO.File.GetUnixFileMode(File));
        Assert.False(System.IO.File.Exists(File + ".new"));

        Directory.CreateDirectory(_directory.File("taken"));
        Assert.ThrowsAny<IOException>(() => AtomicFile.Replace(_directory.File("taken"), default, "new"u8));
        Assert.False(System.IO.File.Exists(_directory.File("taken.new")));
        Assert.ThrowsAny<IOException>(() => AtomicFile.Replace(_directory.File("nowhere/file"), default, "new"u8));
    }

    [Theory]
    [MemberData(nameof(Others))]
    public void Replace_BesideAnUnfinishedOneOfAnyKind_FollowsNothing(string what, FileKind kind)
    {
        Make(File + ".new", what);
        AtomicFile.Replace(File, UnixFileMode.UserRead | UnixFileMode.UserWrite, "new"u8);

        Assert.Equal("new", System.IO.File.ReadAllText(File));
        Assert.False(
            System.IO.File.Exists(_directory.File("target"))
                && System.IO.File.ReadAllText(_directory.File("target")) != "precious");
        Assert.Equal(kind == FileKind.Directory, Directory.Exists(File + ".new.corrupt-1"));
    }

    [Theory]
    [MemberData(nameof(Others))]
    public void Move_RenamesTheThingItself(string what, FileKind kind)
    {
        Make(File, what);
        FileName.Move(File, _directory.File("aside"));

        Assert.Equal(Errno.NoEntry, FileStatus.TryReadUnfollowed(File, out _));
        Assert.Equal(Errno.None, FileStatus.TryReadUnfollowed(_directory.File("aside"), out var status));
        Assert.Equal(kind, status.Kind);
        if (what == "link")
            Assert.Equal("precious", System.IO.File.ReadAllText(_directory.File("target")));
    }

    private void Make(string path, string what)
    {
        switch (what)
        {
            case "fifo":
                Execution.Of("mkfifo", path).Succeeded();
                break;
            case "directory":
                Directory.CreateDirectory(path);
                break;
            case "socket":
                using (var socket = new Socket(AddressFamily.Unix, SocketType.Stream, ProtocolType.Unspecified))
                {
                    var bound = path + "-bound";
                    socket.Bind(new UnixDomainSocketEndPoint(bound));
                    System.IO.File.Move(bound, path);
                }
                break;
            case "loop":
                System.IO.File.CreateSymbolicLink(path, path);
                break;
            default:
                if (what == "link")
                    System.IO.File.WriteAllText(_directory.File("target"), "precious");
                System.IO.File.CreateSymbolicLink(path, _directory.File("target"));
                break;
        }
    }
}
