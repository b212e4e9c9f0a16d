using System.Collections.Immutable;
using System.Text;
using NicHangExporter.Linux;
using NicHangExporter.Linux.Sysfs;
using NicHangExporter.Options;

namespace NicHangExporter.Metrics;

/// <summary>The state of a device's link, from files below /sys/class/net/&lt;dev&gt; that need no RTNL.</summary>
/// <param name="Values">One for each of <see cref="Files"/>; null if it can't be read.</param>
/// <param name="Operstate">The operational state, one of the kernel's words; null for another one.</param>
/// <param name="Failure">The first failure that the collector reports, or null.</param>
internal sealed record LinkState(ImmutableArray<ulong?> Values, string? Operstate, string? Failure)
{
    /// <summary>The files with a number.</summary>
    public static readonly ImmutableArray<SysfsMetric> Files =
        [.. KernelMetrics.Files.Where(row => row.Collector == Collector.Link)];

    private static readonly int CarrierChangesAt = Files.IndexOf(Files.Single(row => row.File == "carrier_changes"));

    // include/uapi/linux/if.h IF_OPER_*, in the words of operstate_show() (net/core/net-sysfs.c). Only known values
    // become labels.
    private static readonly ImmutableArray<(byte[] Bytes, string Text)> Operstates =
    [
        .. new[] { "unknown", "notpresent", "down", "lowerlayerdown", "testing", "dormant", "up" }.Select(text =>
            (Encoding.ASCII.GetBytes(text), text)),
    ];

    /// <summary>Times that the carrier came or went; null on an old kernel.</summary>
    public ulong? CarrierChanges => Values[CarrierChangesAt];

    /// <summary>As <see cref="NetDevice.IsOperational"/>.</summary>
    public bool IsOperational => Operstate is "up" or "unknown";

    /// <summary>Reads the files. A device that is gone has no values.</summary>
    public static LinkState Read(NetDevice device)
    {
        string? failure = null;
        var values = new ulong?[Files.Length];
        for (var file = 0; file < values.Length; file++)
        {
            var errno = device.TryReadUInt64(Files[file].FileNul.Span, out var value);
            if (errno == Errno.None)
                values[file] = value;
            else if (errno == Errno.NoDevice)
                return new LinkState([.. new ulong?[Files.Length]], null, null);
            else if (CollectorOutcome.IsFailure(errno))
                failure ??= $"{Files[file].File} of {device.Name}: errno {(int)errno}";
        }
        return new LinkState([.. values], ReadOperstate(device, ref failure), failure);
    }

    /// <summary>True if nothing differs.</summary>
    public bool Equals(LinkState? other) =>
        other is not null && Operstate == other.Operstate && Failure == other.Failure
        && Values.AsSpan().SequenceEqual(other.Values.AsSpan());

    /// <inheritdoc/>
    public override int GetHashCode() => HashCode.Combine(Operstate, CarrierChanges);

    private static string? ReadOperstate(NetDevice device, ref string? failure)
    {
        Span<byte> buffer = stackalloc byte[32];
        var errno = device.TryReadText("operstate\0"u8, buffer, out var length);
        if (CollectorOutcome.IsFailure(errno))
            failure ??= $"operstate of {device.Name}: errno {(int)errno}";
        if (errno == Errno.None)
            foreach (var (state, text) in Operstates)
                if (buffer[..length].SequenceEqual(state))
                    return text;
        return null;
    }
}
