using NicHangExporter.Linux;
using NicHangExporter.Options;
using NicHangExporter.Remediation.Execution;

namespace NicHangExporter.Persistence.Control;

/// <summary>
/// Reads a device by ethtool for a plan. The kernel may hold RTNL for ever, and nothing can cancel a read: a caller
/// waits for <c>remediation.deadline</c>, and one read runs at a time.
/// </summary>
internal sealed class SettingsReader(DeviceControl control, ExporterOptions options, TimeProvider clock)
{
    private readonly Lock _lock = new();
    private Task<DeviceFacts?>? _reading;

    /// <summary>The device as it is now; null if it can't be read, is gone, or the kernel does not answer.</summary>
    public async Task<DeviceFacts?> ReadAsync(HostNic nic)
    {
        Task<DeviceFacts?> reading;
        lock (_lock)
        {
            if (_reading is { IsCompleted: false })
                return null;
            reading = _reading = Task.Run(() => Read(nic));
        }
        try
        {
            return await reading.WaitAsync(options.Remediation.Deadline, clock);
        }
        catch (TimeoutException)
        {
            return null;
        }
    }

    // Another device may have the name by now.
    private DeviceFacts? Read(HostNic nic)
    {
        try
        {
            return control.Read(nic.Device) is { } facts && facts.Bus == nic.Bus ? facts : null;
        }
        catch (LinuxException)
        {
            return null;
        }
    }
}
