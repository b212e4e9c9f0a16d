namespace NicHangExporter.Linux.Sysfs;

/// <summary>
/// The open directory of an interface. Any thread may read it while another one disposes of it: from then on everything
/// in it is <see cref="Errno.NoDevice"/>, as after the removal of the interface.
/// </summary>
internal sealed class DeviceDirectory(FileDescriptor directory) : IDisposable
{
    /// <inheritdoc cref="FileReader.TryReadText"/>
    public Errno TryReadText(ReadOnlySpan<byte> path, Span<byte> buffer, out int length)
    {
        length = 0;
        if (!directory.TryAcquire(out var held))
            return Errno.NoDevice;
        using (held)
            return FileReader.TryReadText(held.Number, path, buffer, out length);
    }

    /// <inheritdoc cref="FileCalls.TryReadLinkName"/>
    public Errno TryReadLinkName(ReadOnlySpan<byte> path, Span<byte> buffer, out ReadOnlySpan<byte> name)
    {
        name = default;
        if (!directory.TryAcquire(out var held))
            return Errno.NoDevice;
        using (held)
            return FileCalls.TryReadLinkName(held.Number, path, buffer, out name);
    }

    /// <inheritdoc cref="FileCalls.TryFindDirectory"/>
    public Errno TryFindDirectory(ReadOnlySpan<byte> path)
    {
        if (!directory.TryAcquire(out var held))
            return Errno.NoDevice;
        using (held)
            return FileCalls.TryFindDirectory(held.Number, path);
    }

    /// <inheritdoc cref="FileDescriptor.TryOpen(int, ReadOnlySpan{byte}, int, out FileDescriptor?)"/>
    public Errno TryOpen(ReadOnlySpan<byte> path, int flags, out FileDescriptor? opened)
    {
        opened = null;
        if (!directory.TryAcquire(out var held))
            return Errno.NoDevice;
        using (held)
            return FileDescriptor.TryOpen(held.Number, path, flags, out opened);
    }

    public void Dispose() => directory.Dispose();
}
