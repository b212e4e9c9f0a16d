using NicHangExporter.Linux;

namespace NicHangExporter.Metrics;

/// <summary>Remembers which devices the last scrape showed, so that text about them is kept while they stay.</summary>
internal sealed class ShownDevices
{
    private readonly List<(InterfaceName Name, BusAddress Bus)> _devices = [];
    private readonly List<byte[]> _labels = [];

    /// <summary>Changes whenever the devices, their names or their order change.</summary>
    public long Version { get; private set; }

    /// <summary>The label <c>device</c> of each device, quoted and escaped.</summary>
    public IReadOnlyList<byte[]> Labels => _labels;

    /// <summary>Takes the devices of this scrape.</summary>
    public void Update(IReadOnlyList<WatchedDevice> shown)
    {
        if (AreSame(shown))
            return;
        _devices.Clear();
        _labels.Clear();
        foreach (var device in shown)
        {
            _devices.Add((device.Name, device.Bus));
            _labels.Add(device.Label);
        }
        Version++;
    }

    private bool AreSame(IReadOnlyList<WatchedDevice> shown)
    {
        if (shown.Count != _devices.Count)
            return false;
        for (var index = 0; index < _devices.Count; index++)
            if (shown[index].Name != _devices[index].Name || shown[index].Bus != _devices[index].Bus)
                return false;
        return true;
    }
}
