using System.Globalization;
using NicHangExporter.Linux;
using NicHangExporter.Linux.Sysfs;
using NicHangExporter.Metrics;
using NicHangExporter.TestSupport;

namespace NicHangExporter.Tests.Metrics;

/// <summary>
/// A kernel of which only the devices and their counters exist, as files of sysfs and as net/dev. Each of the two shows
/// the state at the time when it was last written.
/// </summary>
internal sealed class SimulatedCounters : IDisposable
{
    private static readonly string[] Files =
        [.. CounterColumns.Rows.Select(row => row.File["statistics/".Length..])];

    private static readonly string[] Parts =
        [.. CounterColumns.Sums.SelectMany(sum => sum.Parts).Select(part => Files[part])];

    private readonly TemporaryDirectory _procfs = new(inMemory: true);
    private readonly SysfsTree _sysfs = new();
    private readonly List<Device> _devices = [];
    private readonly Dictionary<int, WatchedDevice> _open = [];
    private readonly Random _random;
    private int _lastIndex;

    public SimulatedCounters(int seed)
    {
        _random = new Random(seed);
        Directory.CreateDirectory(_procfs.File("net"));
        for (var device = _random.Next(1, 4); device > 0; device--)
            Appear();
        ShowAll();
    }

    public string Procfs => _procfs.Path;

    public string Sysfs => _sysfs.Root;

    /// <summary>Changes a few things, without showing them.</summary>
    public void Change()
    {
        for (var changes = _random.Next(4); changes > 0; changes--)
            switch (_random.Next(20))
            {
                case 0:
                    Appear();
                    break;
                case 1 when _devices.Count > 0:
                    Disappear(Any());
                    break;
                case 2 when _devices.Count > 0:
                    // Another one with the old name.
                    var name = Disappear(Any());
                    Appear(name);
                    break;
                case 3 when _devices.Count > 0:
                    Rename(Any(), FreeName());
                    break;
                case 4 when _devices.Count > 1:
                    var (first, second) = (_devices[0], _devices[^1]);
                    var (formerFirst, formerSecond) = (first.Name, second.Name);
                    Rename(first, FreeName());
                    Rename(second, formerFirst);
                    Rename(first, formerSecond);
                    break;
                case 5 when _devices.Count > 0:
                    Reset(Any());
                    break;
                default:
                    foreach (var device in _devices)
                        device.Move(_random);
                    break;
            }
    }

    /// <summary>Brings the attributes in sysfs up to date.</summary>
    public void ShowSysfs()
    {
        foreach (var device in _devices)
            foreach (var file in Files)
                if (device.Shown.GetValueOrDefault(file, ulong.MaxValue) is var shown
                    && device.Counter(file) is var value && (shown != value || !device.Shown.ContainsKey(file)))
                {
                    _sysfs.Write(
                        device.Name, $"statistics/{file}", value.ToString(CultureInfo.InvariantCulture) + "\n");
                    device.Shown[file] = value;
                }
    }

    /// <summary>Brings net/dev up to date.</summary>
    public void ShowProcfs() => WriteProcfs(
        NetDevText.Header
            + string.Concat(_devices.Select(device => NetDevText.Line(device.Name, device.Counter))));

    public void ShowAll()
    {
        ShowSysfs();
        ShowProcfs();
    }

    public void WriteProcfs(string text) => File.WriteAllText(_procfs.File("net/dev"), text);

    /// <summary>The devices, as an inventory that keeps them open shows them.</summary>
    public OpenDevices Open()
    {
        foreach (var (index, device) in _open.ToList())
            if (!_devices.Exists(now => now.Index == index && now.Name == device.Name.ToString()))
            {
                device.Dispose();
                _open.Remove(index);
            }
        var netClass = new NetClass(_sysfs.Root);
        foreach (var device in _devices)
            if (!_open.ContainsKey(device.Index) && InterfaceName.TryParse(device.Name, out var name))
                _open[device.Index] = new WatchedDevice(netClass.Open(name)!);
        var all = _open.OrderBy(pair => pair.Key).Select(pair => pair.Value).ToList();
        return new OpenDevices(all, all, dropped: 0, failed: false, version: 0, ownsDevices: false);
    }

    /// <summary>Open devices that nobody has read before.</summary>
    public OpenDevices OpenNew()
    {
        var netClass = new NetClass(_sysfs.Root);
        var all = Open().All.Select(device => new WatchedDevice(netClass.Open(device.Name)!)).ToList();
        return new OpenDevices(all, all, dropped: 0, failed: false, version: 0, ownsDevices: true);
    }

    public void Dispose()
    {
        foreach (var device in _open.Values)
            device.Dispose();
        _sysfs.Dispose();
        _procfs.Dispose();
    }

    private Device Any() => _devices[_random.Next(_devices.Count)];

    private string FreeName() =>
        Enumerable.Range(0, 100).Select(number => $"eth{number}").Order()
            .First(name => !_devices.Exists(device => device.Name == name));

    private void Appear(string? name = null)
    {
        var role = (Role)_random.Next(3);
        var device = new Device(name ?? FreeName(), ++_lastIndex, isNarrow: _random.Next(3) == 0, role);
        _sysfs.Add(System.Text.Encoding.UTF8.GetBytes(device.Name));
        _sysfs.Write(device.Name, "ifindex", device.Index.ToString(CultureInfo.InvariantCulture) + "\n");
        if (role != Role.Alone)
            Directory.CreateSymbolicLink(
                Path.Combine(Place(device.Name), role == Role.Port ? "master" : "lower_port"), Sysfs);
        _devices.Insert(_random.Next(_devices.Count + 1), device);
        device.Begin(_random);
        ShowSysfs();
    }

    // A reset shows by a counter that is less than before, or by the notification of the link that goes with it.
    private void Reset(Device device)
    {
        var isSeen = device.Counter("rx_bytes") > 1 << 26;
        device.Counters.Clear();
        if (!isSeen && _open.TryGetValue(device.Index, out var open))
            open.Refresh();
    }

    private string Disappear(Device device)
    {
        _devices.Remove(device);
        Directory.Delete(Place(device.Name), recursive: true);
        File.Delete(Link(device.Name));
        return device.Name;
    }

    // A directory that is open moves with its name, as in sysfs.
    private void Rename(Device device, string name)
    {
        Directory.Move(Place(device.Name), Place(name));
        File.Delete(Link(device.Name));
        File.CreateSymbolicLink(Link(name), Place(name));
        device.Name = name;
    }

    private string Place(string name) => Path.Combine(Sysfs, "devices/virtual/net", name);

    private string Link(string name) => Path.Combine(Sysfs, "class/net", name);

    private enum Role
    {
        Alone,
        Port,
        AbovePorts,
    }

    private sealed class Device(string name, int index, bool isNarrow, Role role)
    {
        public string Name { get; set; } = name;

        public int Index => index;

        public Dictionary<string, ulong> Counters { get; } = [];

        /// <summary>The counters that sysfs shows.</summary>
        public Dictionary<string, ulong> Shown { get; } = [];

        public ulong Counter(string file) => Counters.GetValueOrDefault(file);

        // Half of the devices have a history; some counters are about to pass the end of their range.
        public void Begin(Random random)
        {
            if (random.Next(2) == 0)
                return;
            var end = isNarrow ? uint.MaxValue : ulong.MaxValue;
            foreach (var file in Files)
                Counters[file] = random.Next(4) switch
                {
                    0 => 0,
                    // Parts that cancel each other out would need 2^64 drops.
                    1 when !isNarrow && Parts.Contains(file) => end - (ulong)random.NextInt64(1L << 40),
                    1 => end - (ulong)random.Next(3),
                    _ => (ulong)random.NextInt64(1 << 30),
                };
        }

        public void Move(Random random)
        {
            foreach (var file in Files.Where(file => file != "rx_nohandler"))
                if (random.Next(file is "rx_bytes" or "tx_bytes" ? 2 : 12) == 0)
                    Add(
                        file,
                        (ulong)random.NextInt64(1, file.EndsWith("bytes", StringComparison.Ordinal) ? 1 << 20 : 3));
            if (role == Role.Alone || random.Next(12) != 0)
                return;
            // A port counts a packet that no handler takes as received, too. A team does not.
            if (role == Role.Port)
                Add("rx_packets", 1);
            Add("rx_nohandler", 1);
        }

        private void Add(string file, ulong count)
        {
            var sum = unchecked(Counter(file) + count);
            Counters[file] = isNarrow ? sum & uint.MaxValue : sum;
        }
    }
}
