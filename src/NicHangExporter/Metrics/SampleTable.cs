using System.Collections.Immutable;

namespace NicHangExporter.Metrics;

/// <summary>
/// The values of one scrape, one for each family and device that has series. The values of a family lie side by side,
/// in the order of the devices, so that they can be compared with those of the scrape before. Reused: allocates only
/// when there are more devices than before. Not thread-safe.
/// </summary>
/// <param name="families">The families.</param>
internal sealed class SampleTable(ImmutableArray<SysfsMetric> families)
{
    private readonly ShownDevices _shown = new();
    private readonly ImmutableArray<DeviceCounts> _counts = [.. families.Select(row => new DeviceCounts(row.Family))];
    private ulong[] _values = [];
    private bool[] _present = [];

    /// <summary>The number of devices.</summary>
    public int Devices { get; private set; }

    /// <summary>Removes all values and begins a scrape of so many devices.</summary>
    public void Begin(int devices)
    {
        Devices = devices;
        var length = families.Length * devices;
        if (_values.Length < length)
            (_values, _present) = (new ulong[length], new bool[length]);
        else
        {
            Array.Clear(_values, 0, length);
            Array.Clear(_present, 0, length);
        }
    }

    public void Set(int family, int device, ulong value)
    {
        var index = family * Devices + device;
        (_values[index], _present[index]) = (value, true);
    }

    /// <summary>Removes the values of a device, which was removed while it was read.</summary>
    public void Remove(int device)
    {
        for (var index = device; index < families.Length * Devices; index += Devices)
            (_values[index], _present[index]) = (0, false);
    }

    /// <summary>The values of a family, one for each device; 0 where it has none.</summary>
    public ReadOnlySpan<ulong> Values(int family) => _values.AsSpan(family * Devices, Devices);

    /// <summary>Whether a device has a value in that family.</summary>
    public ReadOnlySpan<bool> Present(int family) => _present.AsSpan(family * Devices, Devices);

    /// <summary>Writes all families.</summary>
    public void Write(ExpositionWriter writer, IReadOnlyList<WatchedDevice> devices)
    {
        _shown.Update(devices);
        for (var family = 0; family < _counts.Length; family++)
            _counts[family].Write(writer, _shown, Values(family), Present(family));
    }
}
