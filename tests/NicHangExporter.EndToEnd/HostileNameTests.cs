using System.Runtime.InteropServices;
using System.Text;

namespace NicHangExporter.EndToEnd;

/// <summary>Names that the kernel allows for an interface and that many programs handle wrongly.</summary>
public sealed partial class HostileNameTests
{
    private static readonly byte[][] Names =
    [
        "$(id)"u8.ToArray(), "-rf"u8.ToArray(), "a;rm"u8.ToArray(), "a\"b\\"u8.ToArray(), "a\u0001b"u8.ToArray(),
            "a\u007fb"u8.ToArray(),
        [0xff, 0xfe, (byte)'0'], @"\xff\xfe0"u8.ToArray(), "a},b"u8.ToArray(), "{x=\"1\"}"u8.ToArray(),
        "ñandú0"u8.ToArray(), "a\u202eb"u8.ToArray(),
        "exactly15bytes_"u8.ToArray(), "%s%n"u8.ToArray(), "..."u8.ToArray(),
    ];

    // A directory with a name that the kernel refuses (dev_valid_name()) is not an interface.
    private static readonly byte[][] NoNames =
        ["a b"u8.ToArray(), "a:b"u8.ToArray(), "sixteen_bytes_16"u8.ToArray(), "a\nb"u8.ToArray()];

    [Fact]
    public async Task Metrics_OfDevicesWithHostileNames_AreValidAndDistinct()
    {
        Requires.Program("promtool");
        using var host = new FakeHost();
        foreach (var (index, name) in Names.Concat(NoNames).Index())
        {
            host.AddDevice($"plain{index}", $"0000:{index:x2}:00.0");
            Rename(Path.Combine(host.Sysfs, "class/net", $"plain{index}"), Path.Combine(host.Sysfs, "class/net/"),
                name);
        }
        using var exporter = await ExporterProcess.StartAsync(host.Paths);

        var metrics = await exporter.ScrapeAsync();

        Assert.Equal(Names.Length, metrics["nichang_devices"]);
        Assert.Equal(Names.Length, metrics.Labels("nichang_device_rx_bytes_total", "device").Count);
        Assert.Equal(Names.Length, metrics.Labels("nichang_hang_active", "device").Count);
        Assert.Equal(
            metrics.Labels("nichang_device_rx_bytes_total", "device").Order(StringComparer.Ordinal),
            metrics.Labels("nichang_hang_active", "device").Order(StringComparer.Ordinal));
        Assert.Contains(@"\xff\xfe0", metrics.Labels("nichang_hang_active", "device"));
        Assert.Contains("ñandú0", metrics.Labels("nichang_hang_active", "device"));
        Assert.Equal(new Execution(0, "", ""), Execution.OfInput(metrics.Text, "promtool", "check", "metrics"));
        Assert.DoesNotContain(metrics.Text, character => char.IsControl(character) && character != '\n');
    }

    // rename(2) with bytes, because a path of System.IO is always UTF-8.
    private static void Rename(string from, string directory, byte[] name) =>
        Assert.True(Rename(
            Terminated(Encoding.UTF8.GetBytes(from)), Terminated([.. Encoding.UTF8.GetBytes(directory), .. name])) == 0,
            $"rename failed, errno {Marshal.GetLastPInvokeError()}");

    private static byte[] Terminated(byte[] text) => [.. text, 0];

    [LibraryImport("libc", EntryPoint = "rename", SetLastError = true)]
    private static partial int Rename(byte[] from, byte[] to);
}
