using NicHangExporter.Remediation.Journaling;

namespace NicHangExporter.Tests.Remediation;

/// <summary>
/// A disk that can fail each call, and whose power can be cut before each. It is as unkind as Linux: what was not
/// synced may be there after a cut, in part, as zeros, or not at all; and what a failed sync could not write is
/// dropped, while it can still be read, and the next sync says that all is well.
/// </summary>
internal sealed class FaultyDisk
{
    private readonly Dictionary<string, Content> _names = [];
    private readonly List<Action<Dictionary<string, Content>>> _unsynced = [];
    private Dictionary<string, Content> _durableNames = [];

    /// <summary>How many calls came that change something or wait for the disk.</summary>
    public int Calls { get; private set; }

    /// <summary>What becomes of a call by its number and kind: it returns for yes, and throws for no.</summary>
    public Action<int, string> Fate { get; set; } = (_, _) => { };

    /// <summary>Of a write that fails, the part that is made all the same.</summary>
    public double Tear { get; set; }

    /// <summary>With files so small that a few entries begin the next one.</summary>
    public JournalFiles Files => new()
    {
        MaxBytes = 4096,
        Read = path => _names.GetValueOrDefault(path)?.Cached.ToArray(),
        Length = path => _names.GetValueOrDefault(path)?.Cached.Length,
        Exists = _names.ContainsKey,
        Open = Open,
        Sync = (stream, _) => ((Handle)stream).Sync(),
        Move = Move,
        Delete = Delete,
        SyncDirectory = _ =>
        {
            Call("fsync directory");
            _durableNames = new(_names);
            _unsynced.Clear();
        },
    };

    public byte[] this[string path]
    {
        get => _names[path].Cached;
        set => _durableNames[path] = _names[path] = new Content { Cached = value, Durable = value };
    }

    public IEnumerable<string> Paths => _names.Keys;

    public void Remove(string path)
    {
        _names.Remove(path);
        _durableNames.Remove(path);
    }

    /// <summary>
    /// The disk after a cut now: what is on it is a matter of luck within what may be. Names change in the order of the
    /// calls on the file systems that we know, in any order by the letter of POSIX.
    /// </summary>
    public FaultyDisk Cut(Random luck, bool namesInAnyOrder = false)
    {
        var disk = new FaultyDisk();
        var names = new Dictionary<string, Content>(_durableNames);
        var last = luck.Next(_unsynced.Count + 1);
        foreach (var change in _unsynced.Where((_, index) => namesInAnyOrder ? luck.Next(2) == 0 : index < last))
            change(names);
        foreach (var (path, content) in names)
            disk[path] = content.AfterCut(luck);
        return disk;
    }

    /// <summary>The same disk for the process that comes after a kill: nothing is lost but the process.</summary>
    public FaultyDisk Kill()
    {
        var disk = new FaultyDisk();
        foreach (var (path, content) in _names)
            disk[path] = content.Cached;
        return disk;
    }

    private Handle Open(string path, FileMode mode)
    {
        Call("open");
        if (mode == FileMode.Create)
        {
            var content = new Content();
            Change(names => names[path] = content);
        }
        return new Handle(this, _names.GetValueOrDefault(path) ?? throw new FileNotFoundException(path));
    }

    private void Move(string from, string to)
    {
        Call("rename");
        if (!_names.ContainsKey(from))
            throw new FileNotFoundException(from);
        Change(names =>
        {
            if (names.Remove(from, out var content))
                names[to] = content;
        });
    }

    private void Delete(string path)
    {
        Call("unlink");
        Change(names => names.Remove(path));
    }

    private void Change(Action<Dictionary<string, Content>> change)
    {
        change(_names);
        _unsynced.Add(change);
    }

    private void Call(string kind) => Fate(Calls++, kind);

    private sealed class Content
    {
        public byte[] Cached { get; set; } = [];
        public byte[] Durable { get; set; } = [];
        public List<(int Start, int End)> Dirty { get; } = [];

        public void Sync()
        {
            var synced = Padded(Durable, Cached.Length);
            foreach (var (start, end) in Dirty)
                for (var at = start; at < Math.Min(end, Cached.Length); at++)
                    synced[at] = Cached[at];
            Durable = synced;
            Dirty.Clear();
        }

        public byte[] AfterCut(Random luck)
        {
            switch (luck.Next(4))
            {
                case 0:
                    return Durable;
                case 1:
                    return Padded(Durable, Cached.Length);
                case 2:
                    return Cached[..luck.Next(Math.Min(Durable.Length, Cached.Length), Cached.Length + 1)];
                default:
                    // The pages reach the disk in any order.
                    var mixed = Padded(Durable, Math.Max(Durable.Length, Cached.Length));
                    for (var page = Durable.Length; page < Cached.Length; page += 64)
                        if (luck.Next(2) == 0)
                            Cached.AsSpan(page, Math.Min(64, Cached.Length - page)).CopyTo(mixed.AsSpan(page));
                    return mixed;
            }
        }

        private static byte[] Padded(byte[] content, int length)
        {
            var padded = new byte[length];
            content.AsSpan(0, Math.Min(content.Length, length)).CopyTo(padded);
            return padded;
        }
    }

    private sealed class Handle(FaultyDisk disk, Content content) : Stream
    {
        private bool _refused;

        public override bool CanRead => false;
        public override bool CanSeek => true;
        public override bool CanWrite => true;
        public override long Length => content.Cached.Length;
        public override long Position { get; set; }

        public override void Write(byte[] buffer, int offset, int count) => Write(buffer.AsSpan(offset, count));

        public override void Write(ReadOnlySpan<byte> buffer)
        {
            try
            {
                disk.Call("write");
            }
            catch (Exception exception) when (exception is IOException or ProcessDiedException { IsTheMoment: true })
            {
                Put(buffer[..(int)(disk.Tear * buffer.Length)]);
                throw;
            }
            Put(buffer);
        }

        public override void SetLength(long value)
        {
            disk.Call("truncate");
            content.Cached = content.Cached[..(int)value];
        }

        public void Sync()
        {
            Assert.False(_refused, "fsync after a failed one proves nothing");
            try
            {
                disk.Call("fsync");
            }
            catch (IOException)
            {
                _refused = true;
                content.Dirty.Clear();
                throw;
            }
            content.Sync();
        }

        public override void Flush()
        {
        }

        public override int Read(byte[] buffer, int offset, int count) => throw new NotSupportedException();

        public override long Seek(long offset, SeekOrigin origin) => throw new NotSupportedException();

        private void Put(ReadOnlySpan<byte> bytes)
        {
            var end = (int)Position + bytes.Length;
            if (content.Cached.Length < end)
            {
                var longer = new byte[end];
                content.Cached.CopyTo(longer, 0);
                content.Cached = longer;
            }
            else
                content.Cached = [.. content.Cached];
            bytes.CopyTo(content.Cached.AsSpan((int)Position));
            content.Dirty.Add(((int)Position, end));
            Position = end;
        }
    }
}
