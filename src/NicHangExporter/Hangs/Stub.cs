using NicHangExporter.Linux;
namespace NicHangExporter.Hangs {
internal enum MessageKind { Hang, Watchdog, Reset, LinkUp, LinkDown, Fatal, Ignored }
internal enum DetectionMode { Kernel, Pasted }
internal sealed record HangReport(int A);
internal sealed class HangPattern { public System.Collections.Immutable.ImmutableArray<string> Drivers = []; public bool DriverResets; }
internal readonly record struct NicMessage(HangPattern Pattern, MessageKind Kind, string? Driver, BusAddress Bus, InterfaceName Device, HangReport? Report);
internal static class HangDetector { public static bool TryDetect(ReadOnlySpan<byte> text, ReadOnlySpan<byte> s, ReadOnlySpan<byte> d, DetectionMode mode, out NicMessage message) {
 message = default; if (text.IndexOf("Detected Hardware Unit Hang"u8) < 0) return false;
 _ = InterfaceName.TryParse("eth0"u8, out var n); message = new(new HangPattern(), MessageKind.Hang, "virtio_net", default, n, null); return true; } }
}
namespace NicHangExporter.Cli { internal static class DiagnoseCommand { public static int Run((string, string) a) => 0; } }
