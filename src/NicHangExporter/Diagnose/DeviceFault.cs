using NicHangExporter.Detection.Patterns;

namespace NicHangExporter.Diagnose;

/// <summary>A fault of a device that the log reports and that is no transmit hang.</summary>
/// <param name="Trouble">What is wrong.</param>
/// <param name="Format">The first message of it, as the kernel's printk format.</param>
/// <param name="Messages">How many messages say so.</param>
/// <param name="DriverResets">True where each of them says that the driver resets the device.</param>
internal sealed record DeviceFault(DeviceTrouble Trouble, string Format, int Messages, bool DriverResets);
