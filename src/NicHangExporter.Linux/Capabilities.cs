using System.Buffers;
using System.Buffers.Text;
using System.Runtime.InteropServices;
using Tmds.Linux;

namespace NicHangExporter.Linux;

/// <summary>The capabilities that this library's calls need (include/uapi/linux/capability.h).</summary>
public enum Capability
{
    /// <summary>
    /// CAP_NET_ADMIN: changes of network devices, in the network namespaces of the same user namespace or of one below
    /// it.
    /// </summary>
    NetAdmin = 12,
    /// <summary>CAP_SYSLOG: reading the kernel's log where <c>dmesg_restrict</c> is set.</summary>
    SysLog = 34,
}

/// <summary>
/// The privileges of this process (capabilities(7)). The user id is no substitute: root can lack a capability and
/// another user can have it.
/// </summary>
public static partial class Capabilities
{
    private const int ChunkSize = 4096;

    private const uint Version3 = 0x20080522; // _LINUX_CAPABILITY_VERSION_3, include/uapi/linux/capability.h

    // effective, permitted, inheritable
    private const int SetWords = 3;

    // The file starts with the list of groups. 65536 groups (NGROUPS_MAX) take 700 KiB.
    private const int MaxLength = 1 << 20;

    /// <summary>Whether the capability is effective (<c>CapEff</c> in <c>self/status</c> of procfs).</summary>
    /// <param name="procfsPath">Where procfs is mounted: <c>/proc</c>, or the host's in a container.</param>
    /// <param name="capability">The capability.</param>
    /// <returns>
    /// Null if the file can't be read. True is no guarantee: a capability of a user namespace has no effect outside it.
    /// </returns>
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

    /// <summary>
    /// Makes those of <paramref name="capabilities"/> effective that the thread has as permitted. An executable with
    /// the file capability <c>cap_net_admin+p</c> starts with it permitted but not effective. It therefore also starts
    /// in a container that does not grant the capability.
    /// </summary>
    /// <param name="capabilities">The capabilities.</param>
    /// <remarks>
    /// Capabilities belong to a thread. A new thread inherits those of the thread that starts it, so call this before
    /// any other thread starts.
    /// </remarks>
    /// <exception cref="LinuxException">The kernel refused.</exception>
    public static void Raise(params ReadOnlySpan<Capability> capabilities)
    {
        // struct __user_cap_header_struct: version, and pid 0 for the calling thread. Then two of
        // __user_cap_data_struct, for 32 capabilities each.
        Span<uint> header = [Version3, 0];
        Span<uint> sets = stackalloc uint[2 * SetWords];
        if (GetSets(header, sets) < 0)
            throw new LinuxException("capget", "this thread", FileDescriptor.LastError);
        var isChanged = false;
        foreach (var capability in capabilities)
        {
            var bit = 1u << ((int)capability % 32);
            ref var effective = ref sets[(int)capability / 32 * SetWords];
            var permitted = sets[(int)capability / 32 * SetWords + 1];
            if ((permitted & bit) == 0 || (effective & bit) != 0)
                continue;
            effective |= bit;
            isChanged = true;
        }
        if (isChanged && SetSets(header, sets) < 0)
            throw new LinuxException("capset", "this thread", FileDescriptor.LastError);
    }

    [LibraryImport("libc.so.6", EntryPoint = "capget", SetLastError = true)]
    private static partial int GetSets(Span<uint> header, Span<uint> sets);

    [LibraryImport("libc.so.6", EntryPoint = "capset", SetLastError = true)]
    private static partial int SetSets(ReadOnlySpan<uint> header, ReadOnlySpan<uint> sets);

    private static ulong? Parse(ReadOnlySpan<byte> digits) =>
        Utf8Parser.TryParse(digits, out ulong set, out var length, 'x') && length == digits.Length ? set : null;

    // Empty if the file can't be read completely.
    private static ReadOnlySpan<byte> ReadAll(ReadOnlySpan<byte> path)
    {
        _ = FileDescriptor.TryOpen(path, LibC.O_RDONLY | LibC.O_NONBLOCK, out var file);
        if (file is null)
            return default;
        using (file)
        {
            var content = new ArrayBufferWriter<byte>(ChunkSize);
            while (file.TryRead(content.GetSpan(ChunkSize), out var length) == Errno.None
                && content.WrittenCount + length <= MaxLength)
            {
                if (length == 0)
                    return content.WrittenSpan;
                content.Advance(length);
            }
            return default;
        }
    }
}
