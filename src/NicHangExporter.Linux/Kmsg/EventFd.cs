using Tmds.Linux;

namespace NicHangExporter.Linux.Kmsg;

/// <summary>A descriptor that another thread makes readable to end a poll(2) (eventfd(2)).</summary>
internal sealed unsafe class EventFd : IDisposable
{
    /// <exception cref="LinuxException">No descriptor is left (EMFILE).</exception>
    internal EventFd()
    {
        var number = LibC.eventfd(0, LibC.EFD_CLOEXEC | LibC.EFD_NONBLOCK);
        if (number < 0)
            throw new LinuxException("eventfd", "a wake-up descriptor", FileDescriptor.LastError);
        File = new FileDescriptor(number);
    }

    internal FileDescriptor File { get; }

    /// <summary>Makes it readable, from any thread.</summary>
    // EAGAIN means that it has been signalled 2^64 - 2 times and is readable.
    internal void Signal()
    {
        using var file = File.Acquire();
        ulong one = 1;
        _ = LibC.write(file.Number, &one, sizeof(ulong));
    }

    /// <summary>Makes it unreadable.</summary>
    internal void Reset() => File.TryRead(stackalloc byte[sizeof(ulong)], out _);

    public void Dispose() => File.Dispose();
}
