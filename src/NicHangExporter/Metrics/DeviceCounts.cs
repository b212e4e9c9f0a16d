namespace NicHangExporter.Metrics;

/// <summary>
/// Writes a family with at most one count for each device. If neither a count nor the devices have changed, it copies
/// the text of the last scrape. Not thread-safe.
/// </summary>
internal sealed class DeviceCounts
{
    private readonly MetricFamily _family;
    private readonly CachedText _text;
    private byte[][] _beginnings = [];
    private ulong[] _values = [];
    private bool[] _present = [];
    private long _devices = -1;
    private long _version;

    public DeviceCounts(MetricFamily family)
    {
        _family = family;
        _text = new CachedText(WriteSamples);
    }

    /// <summary>Writes the family.</summary>
    /// <param name="writer">Receives the text.</param>
    /// <param name="devices">The devices.</param>
    /// <param name="values">The count of each device.</param>
    /// <param name="present">Whether the device has a count.</param>
    public void Write(
        ExpositionWriter writer, ShownDevices devices, ReadOnlySpan<ulong> values, ReadOnlySpan<bool> present)
    {
        if (_devices != devices.Version)
        {
            _devices = devices.Version;
            _beginnings = [.. devices.Labels.Select(label => ExpositionWriter.Beginning(_family, label))];
            (_values, _present) = (values.ToArray(), present.ToArray());
            _version++;
        }
        else if (!values.SequenceEqual(_values) || !present.SequenceEqual(_present))
        {
            values.CopyTo(_values);
            present.CopyTo(_present);
            _version++;
        }
        _text.Write(writer, _version);
    }

    private void WriteSamples(ExpositionWriter writer)
    {
        writer.Begin(_family);
        for (var device = 0; device < _beginnings.Length; device++)
            if (_present[device])
                writer.Sample(_family, _beginnings[device], _values[device]);
    }
}
