using NicHangExporter.Linux;

namespace NicHangExporter.Detection;

/// <summary>A record of the kernel log, from either source.</summary>
/// <param name="text">Its text, unescaped, with its newlines.</param>
/// <param name="subsystem">SUBSYSTEM= of its dictionary, or empty.</param>
/// <param name="device">DEVICE= of its dictionary, or empty.</param>
/// <param name="facility">Its syslog facility. 0 is the kernel, and user space can't write 0.</param>
/// <param name="sinceBoot">When it was printed.</param>
internal readonly ref struct KernelEntry(
    ReadOnlySpan<byte> text, ReadOnlySpan<byte> subsystem, ReadOnlySpan<byte> device, int facility, TimeSpan sinceBoot)
{
    public ReadOnlySpan<byte> Text { get; } = text;

    public ReadOnlySpan<byte> Subsystem { get; } = subsystem;

    public ReadOnlySpan<byte> Device { get; } = device;

    public int Facility { get; } = facility;

    public TimeSpan SinceBoot { get; } = sinceBoot;

    public bool IsKernel => Facility == 0;
}
