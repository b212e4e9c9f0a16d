using System.Globalization;
using System.Runtime.InteropServices;
using System.Text;
using Microsoft.Win32.SafeHandles;

namespace NicHangExporter.EndToEnd.Support;

/// <summary>The real /dev/kmsg, read and written independently of the program under test.</summary>
internal sealed partial class KernelLogDevice : IDisposable
{
    private const string Device = "/dev/kmsg";
    private const int ReadOnlyNonBlocking = 0x80800; // O_RDONLY | O_NONBLOCK | O_CLOEXEC
    private const int TryAgain = 11, BrokenPipe = 32; // EAGAIN, EPIPE

    private readonly SafeFileHandle _reader;
    private readonly byte[] _buffer = new byte[16 * 1024];

    /// <summary>Opens a reader at the oldest record.</summary>
    public KernelLogDevice()
    {
        Requires.Root();
        Requires.File(Device);
        _reader = Open(Device, ReadOnlyNonBlocking);
        Assert.False(_reader.IsInvalid, $"open {Device} failed, errno {Marshal.GetLastPInvokeError()}");
    }

    /// <summary>
    /// Writes one record. Opens a new descriptor each time, because the kernel limits the rate of each.
    /// </summary>
    /// <param name="text">The record, with a priority in front as <c>&lt;3&gt;</c>.</param>
    public static void Write(string text)
    {
        using var writer = new FileStream(Device, FileMode.Open, FileAccess.Write, FileShare.ReadWrite, bufferSize: 0);
        writer.Write(Encoding.UTF8.GetBytes(text));
    }

    /// <summary>The sequence number of the newest record that was read.</summary>
    public ulong Newest { get; private set; }

    /// <summary>Reads to the end.</summary>
    /// <returns><see cref="Newest"/>.</returns>
    public ulong ReadToEnd()
    {
        _ = TextsToEnd();
        return Newest;
    }

    /// <summary>Reads to the end.</summary>
    /// <returns>The texts of the records, as the device escapes them.</returns>
    public List<string> TextsToEnd()
    {
        var texts = new List<string>();
        while (true)
        {
            var length = Read(_reader, _buffer, (nuint)_buffer.Length);
            if (length > 0)
            {
                var record = Encoding.ASCII.GetString(_buffer, 0, (int)length);
                Newest = ulong.Parse(record.Split(',')[1], NumberStyles.None, CultureInfo.InvariantCulture);
                texts.Add(record[(record.IndexOf(';', StringComparison.Ordinal) + 1)..].Split('\n')[0]);
                continue;
            }
            var errno = Marshal.GetLastPInvokeError();
            if (errno == TryAgain)
                return texts;
            // The ring has overtaken the reader: continue with the oldest record that is left.
            Assert.Equal(BrokenPipe, errno);
        }
    }

    /// <inheritdoc/>
    public void Dispose() => _reader.Dispose();

    [LibraryImport("libc", EntryPoint = "open", SetLastError = true, StringMarshalling = StringMarshalling.Utf8)]
    private static partial SafeFileHandle Open(string path, int flags);

    [LibraryImport("libc", EntryPoint = "read", SetLastError = true)]
    private static partial nint Read(SafeFileHandle file, byte[] buffer, nuint length);
}
