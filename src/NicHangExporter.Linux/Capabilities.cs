using System.Buffers;
using System.Buffers.Text;
using Tmds.Linux;

namespace NicHangExporter.Linux;

/// <summary>The capabilities that this library's calls need (include/uapi/linux/capability.h).</summary>
public enum Capability
{
    /// <summary>CAP_NET_ADMIN: changes of network devices, in the network namespaces of the same user namespace or of one below it.</summary>
    NetAdmin = 12,
    /// <summary>CAP_SYSLOG: reading the kernel's log where <c>dmesg_restrict</c> is set.</summary>
    SysLog = 34,
}

/// <summary>
/// What this process may do (capabilities(7)). Root may lack a capability and another user may have it, so the user's number tells nothing.
/// </summary>
public static class Capabilities
{
    private const int ChunkSize = 4096;

    // The list of groups comes first. 65536 of them (NGROUPS_MAX) take 700 KiB.
    private const int MaxLength = 1 << 20;

    /// <summary>True where the capability is effective (<c>CapEff</c> in <c>self/status</c> of procfs).</summary>
    /// <param name="procfsPath">Where procfs is mounted: <c>/proc</c>, or the host's in a container.</param>
    /// <param name="capability">The capability.</param>
    /// <returns>Null where that can't be read. Having it is no promise: a capability of a user namespace is worth nothing outside.</returns>
    public static bool? Effective(string procfsPath, Capability capability)
    {
        ArgumentNullException.ThrowIfNull(procfsPath);
        var status = ReadAll(FileDescriptor.TerminatedPath(Path.Join(procfsPath, "self/status")));
        var key = "CapEff:\t"u8;
        foreach (var line in status.Split((byte)'\n'))
            if (status[line].StartsWith(key))
                return Parse(status[line][key.Length..]) is { } set ? (set >> (int)capability & 1) != 0 : null;
        return null;
    }

    private static ulong? Parse(ReadOnlySpan<byte> digits) =>
        Utf8Parser.TryParse(digits, out ulong set, out var length, 'x') && length == digits.Length ? set : null;

    // Empty where it can't be read whole.
    private static ReadOnlySpan<byte> ReadAll(ReadOnlySpan<byte> path)
    {
        _ = FileDescriptor.TryOpen(path, LibC.O_RDONLY | LibC.O_NONBLOCK, out var file);
        if (file is null)
            return default;
        using (file)
        {
            var content = new ArrayBufferWriter<byte>(ChunkSize);
            while (file.TryRead(content.GetSpan(ChunkSize), out var length) == Errno.None && content.WrittenCount + length <= MaxLength)
            {
                if (length == 0)
                    return content.WrittenSpan;
                content.Advance(length);
            }
            return default;
        }
    }
}
