using System.Globalization;
using NicHangExporter.Linux;
using NicHangExporter.Linux.Ethtool;

namespace NicHangExporter.Tests;

/// <summary>
/// A NIC as the kernel shows it: features with the kernel's own dependencies, a link, a transmitter, and a hang like
/// real ones. It lives in the files of a <see cref="FixtureHost"/>'s sysfs and answers its fake ethtool. Time passes
/// for it by <see cref="Second"/>.
/// </summary>
internal sealed partial class SimulatedNic
{
    /// <summary>The text of the first report that a real e1000e made in the lab, as the kernel log has it.</summary>
    public static readonly string RecordedHang =
        File.ReadLines(Path.Combine(AppContext.BaseDirectory, "fixtures/lab/kmsg-e1000e.raw"))
        .First(line => line.Contains("Detected Hardware Unit Hang", StringComparison.Ordinal)).Split(';', 2)[1];

    private readonly SortedDictionary<string, (bool Available, bool Requested)> _features = new(StringComparer.Ordinal);
    private readonly List<KeyValuePair<string, (bool Available, bool Requested)>> _atPowerOn;
    private double _carrierBack = double.MaxValue;
    private double _nextReport;

    public SimulatedNic(FixtureHost host, string name = "eno1", string bus = "0000:00:1f.6", string driver = "e1000e")
    {
        (Host, Name, Bus, Driver) = (host, name, bus, driver);
        host.AddNic(name, $"pci0000:00/{bus}", driver);
        foreach (var feature in new[]
            { "rx-checksum", "tx-checksum-ip-generic", "tx-scatter-gather", "tx-tcp-segmentation",
                "tx-tcp6-segmentation", "tx-generic-segmentation", "rx-gro", "rx-vlan-hw-parse", "tx-vlan-hw-insert",
                "rx-hashing" })
            _features[feature] = (true, true);
        foreach (var feature in new[] { "rx-lro", "rx-all", "rx-fcs" })
            _features[feature] = (true, false);
        _features["highdma"] = (false, true);
        _atPowerOn = [.. _features];
        Show();
    }

    /// <summary>The process that watches it; another one after a restart.</summary>
    public FixtureHost Host { get; set; }

    public string Name { get; set; }
    public string Bus { get; }
    public string Driver { get; }
    public InterfaceName Interface => InterfaceName.TryParse(Name, out var name) ? name : default;

    /// <summary>The ethtool and link operations that reached it and change something, in order.</summary>
    public List<(double At, string What)> Operations { get; } = [];

    public bool IsUp { get; set; } = true;
    public bool HasCarrier { get; set; } = true;
    public bool IsHung { get; set; }
    public ulong TxPackets { get; set; } = 1000;

    /// <summary>Packets a second that somebody wants to send.</summary>
    public ulong Load { get; set; } = 10;

    /// <summary>What un-wedges it: reinit, bounce.</summary>
    public HashSet<string> CuredBy { get; } = ["reinit", "bounce"];

    /// <summary>While this holds, it hangs as soon as it has sent something.</summary>
    public Func<SimulatedNic, bool> HangsWhile { get; set; } = _ => false;

    /// <summary>The driver's own reset comes this long after the first report; null for never.</summary>
    public double? ResetsItselfAfter { get; set; }

    /// <summary>Seconds without a carrier after each reset.</summary>
    public double CarrierDelay { get; set; } = 2;

    /// <summary>Seconds between two hang reports.</summary>
    public double ReportInterval { get; set; } = 2;

    /// <summary>The driver reports its hangs.</summary>
    public bool Reports { get; set; } = true;

    /// <summary>It never writes into the kernel log: for tests that do not read it.</summary>
    public bool IsQuiet { get; set; }

    /// <summary>
    /// The answers to operations, by their text: <c>tx-tcp-segmentation off</c>, reinit, down, up.
    /// </summary>
    public Dictionary<string, Errno> Errors { get; } = [];

    /// <summary>Features that the driver turns on again when the link comes up.</summary>
    public HashSet<string> TurnedOnAtLinkUp { get; } = [];

    /// <summary>Features whose change is accepted and not made.</summary>
    public HashSet<string> SilentlyKept { get; } = [];

    /// <summary>Features that stay in force whatever is requested: another one holds them on.</summary>
    public HashSet<string> HeldOn { get; } = [];

    /// <summary>Features whose change resets the adapter.</summary>
    public HashSet<string> Resetting { get; set; } =
        ["rx-checksum", "rx-vlan-hw-parse", "tx-vlan-hw-insert", "rx-hashing"];

    /// <summary>Called before each operation; a test may throw here as if the process died.</summary>
    public Action<string> Before { get; set; } = _ => { };

    /// <summary>Called after each operation.</summary>
    public Action<string> After { get; set; } = _ => { };

    public EnergyEfficientEthernet? Eee { get; set; } = new(true, true, true, 17, 8, 8);
    public PauseParameters? Pause { get; set; } = new(true, true, true);

    /// <summary>Whether a feature is in force: wished, and not withheld by another one.</summary>
    public bool IsActive(string feature) =>
        HeldOn.Contains(feature)
        || (_features.TryGetValue(feature, out var state) && state.Requested
            && (!feature.StartsWith("tx-tcp", StringComparison.Ordinal)
        || (_features["tx-checksum-ip-generic"].Requested && _features["tx-scatter-gather"].Requested)));

    public bool IsRequested(string feature) => _features[feature].Requested;

    public void Fix(string feature, bool on) => _features[feature] = (false, on);

    public void Request(string feature, bool on) => _features[feature] = (true, on);

    /// <summary>All requested features, to compare before and after.</summary>
    public string Requested =>
        string.Join(' ', _features.Where(feature => feature.Value.Requested).Select(feature => feature.Key));

    /// <summary>A second of its life; what it prints goes to the kernel log.</summary>
    public void Second()
    {
        var now = Host.Uptime;
        if (IsUp && !HasCarrier && now >= _carrierBack)
        {
            HasCarrier = true;
            foreach (var feature in TurnedOnAtLinkUp)
                _features[feature] = (true, true);
            Print($"{Driver} {Bus} {Name}: NIC Link is Up 1000 Mbps Full Duplex, Flow Control: Rx/Tx", 6);
        }
        if (IsUp && HasCarrier && !IsHung)
        {
            TxPackets += Load;
            if (Load > 0 && HangsWhile(this))
                Hang();
        }
        Show();
        if (!IsHung || !HasCarrier || Load == 0)
            return;
        if (Reports && now >= _nextReport)
        {
            _nextReport = now + ReportInterval;
            Print(RecordedHang.Replace("e1000e 0000:00:1f.6 eno1", $"{Driver} {Bus} {Name}", StringComparison.Ordinal));
        }
        if (ResetsItselfAfter is { } after && now >= HungSince + after)
        {
            Print($"{Driver} {Bus} {Name}: Reset adapter unexpectedly");
            IsHung = false;
            LoseCarrier();
        }
    }

    /// <summary>The machine was off: every wish is the driver's default again, and nothing hangs.</summary>
    public void PowerOn()
    {
        foreach (var (name, (available, requested)) in _atPowerOn)
            _features[name] = (available, requested);
        (Eee, Pause) =
            (Eee is null ? null : new(true, true, true, 17, 8, 8), Pause is null ? null : new(true, true, true));
        (IsUp, HasCarrier, IsHung, _carrierBack) = (true, true, false, double.MaxValue);
        Show();
    }

    public double HungSince { get; private set; }

    /// <summary>It hangs from now on; the first report comes a moment later.</summary>
    public void Hang()
    {
        (IsHung, HungSince) = (true, Host.Uptime);
        _nextReport = Host.Uptime + ReportInterval;
        Show();
    }

    /// <summary>Somebody pulls the cable, and puts it in again.</summary>
    public void PullCable(double seconds)
    {
        (HasCarrier, _carrierBack) = (false, Host.Uptime + seconds);
        Show();
    }

    private void Reset(string by)
    {
        if (by is "bounce" ? CuredBy.Contains("bounce") : CuredBy.Contains("reinit"))
            IsHung = false;
        else
            _nextReport = Host.Uptime + ReportInterval + CarrierDelay;
        LoseCarrier();
    }

    private void LoseCarrier()
    {
        HasCarrier = CarrierDelay <= 0;
        _carrierBack = Host.Uptime + CarrierDelay;
        Show();
    }

    private void Operate(string what)
    {
        Before(what);
        Operations.Add((Host.Uptime, what));
        if (Errors.TryGetValue(what, out var errno))
            throw new LinuxException("SIOCETHTOOL", Name, errno);
    }

    private void Print(string text, int priority = 3)
    {
        if (!IsQuiet)
            Host.Print(Host.NextSequence(), text, priority, $" SUBSYSTEM=pci\n DEVICE=+pci:{Bus}\n");
    }

    private void Show()
    {
        if (!Directory.Exists(Path.Combine(Host.Sysfs.Root, "class/net", Name)))
            return;
        Host.Sysfs.Write(Name, "statistics/tx_packets", TxPackets.ToString(CultureInfo.InvariantCulture) + "\n");
        Host.Sysfs.Write(Name, "operstate", IsUp && HasCarrier ? "up\n" : "down\n");
        Host.Sysfs.Write(Name, "queues/tx-0/byte_queue_limits/inflight", IsHung && Load > 0 ? "3028\n" : "0\n");
    }
}
