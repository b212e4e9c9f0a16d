using System.Collections.Immutable;
using System.Globalization;
using System.Text;
using NicHangExporter.Linux;

namespace NicHangExporter.Metrics;

/// <summary>The label <c>device</c>, as in node_exporter.</summary>
internal static class DeviceLabel
{
    public const string Name = "device";

    /// <summary><c>device="eth0"</c>, quoted and escaped, for <see cref="ExpositionWriter.Prepared"/>.</summary>
    public static byte[] Prepare(InterfaceName device) => Encoding.UTF8.GetBytes(
        $"{Name}=\"{ExpositionWriter.EscapeLabel(device.ToString())}\"");
}

/// <summary>Queue numbers as text, without an allocation for usual numbers.</summary>
internal static class QueueNumbers
{
    private static readonly ImmutableArray<string> Texts =
    [
        .. Enumerable.Range(0, 256).Select(number => number.ToString(CultureInfo.InvariantCulture)),
    ];

    public static string Text(int queue) =>
        queue < Texts.Length ? Texts[queue] : queue.ToString(CultureInfo.InvariantCulture);
}
