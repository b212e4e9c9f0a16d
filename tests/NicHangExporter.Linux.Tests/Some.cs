using System.Text;

namespace NicHangExporter.Linux.Tests;

/// <summary>Values that a test takes for granted.</summary>
internal static class Some
{
    public static InterfaceName Interface(ReadOnlySpan<byte> name) =>
        InterfaceName.TryParse(name, out var parsed)
            ? parsed
            : throw new ArgumentException(Encoding.UTF8.GetString(name));

    public static BusAddress Address(string address) =>
        BusAddress.TryParse(address, out var parsed) ? parsed : throw new ArgumentException(address);

    /// <summary>The recorded /dev/kmsg of a machine, byte for byte.</summary>
    public static byte[] Recording(string name) => File.ReadAllBytes(RecordingPath(name));

    public static string RecordingPath(string name) => Path.Combine(AppContext.BaseDirectory, "fixtures", name);
}
