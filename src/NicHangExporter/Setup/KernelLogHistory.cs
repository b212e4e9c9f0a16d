using System.Globalization;
using NicHangExporter.Diagnose;
using NicHangExporter.Linux;

namespace NicHangExporter.Setup;

/// <summary>What the kernel logs of this boot and of earlier ones say about all devices.</summary>
internal sealed class KernelLogHistory
{
    /// <summary>The most earlier boots that are read.</summary>
    public const int MaxEarlierBoots = 8;

    // The largest ring of a kernel (log_buf_len) has more, but its text is what counts here.
    private const int MaxRing = 32 << 20;

    private static readonly TimeSpan LimitOfABoot = TimeSpan.FromSeconds(20);

    private readonly List<IReadOnlyList<DeviceDiagnosis>> _earlier = [];

    private KernelLogHistory()
    {
    }

    /// <summary>The number of earlier boots that were read.</summary>
    public int EarlierBoots => _earlier.Count;

    /// <summary>The devices in the kernel log of this boot.</summary>
    public IReadOnlyList<DeviceDiagnosis> ThisBoot { get; private set; } = [];

    /// <summary>What could not be read, in one line each.</summary>
    public List<string> Gaps { get; } = [];

    /// <summary>Reads the ring, and the journal of earlier boots if it is kept.</summary>
    /// <param name="kmsg">The device of the kernel log, or a recording.</param>
    /// <param name="root">The root directory of the host.</param>
    /// <param name="searchPath">The folders of programs, as in PATH.</param>
    public static KernelLogHistory Read(string kmsg, string root, string? searchPath)
    {
        var history = new KernelLogHistory();
        history.ReadRing(kmsg);
        if (Directory.Exists(Path.Join(root, "var/log/journal")))
            history.ReadJournal(new HostProgram("journalctl", searchPath), root);
        else
            history.Gaps.Add(
                "The journal is not kept over reboots (no /var/log/journal), so earlier boots are unknown.");
        return history;
    }

    /// <summary>The hangs of one NIC.</summary>
    public HangSummary Of(InterfaceName name, BusAddress bus)
    {
        var now = ThisBoot.FirstOrDefault(device => IsSame(device, name, bus) && device.HasHang);
        var before = _earlier.Select(boot => boot.FirstOrDefault(device => IsSame(device, name, bus) && device.HasHang))
            .OfType<DeviceDiagnosis>().ToList();
        return new HangSummary(now?.Episodes ?? 0, before.Sum(device => device.Episodes), before.Count);
    }

    // The bus address decides. A log without it has only the name, which may have been another NIC's.
    private static bool IsSame(DeviceDiagnosis device, InterfaceName name, BusAddress bus) =>
        device.Bus.IsEmpty ? device.Device == name : device.Bus == bus;

    private void ReadRing(string kmsg)
    {
        var buffer = new byte[MaxRing];
        int length;
        Errno errno;
        var attempts = 0;
        do
            errno = FileReader.TryRead(kmsg, buffer, out length, out _);
        // The ring overtook this reader, and what follows is another file position.
        while (errno == Errno.BrokenPipe && ++attempts < 3);
        // EAGAIN is the end of the ring.
        if (errno is not (Errno.None or Errno.Again or Errno.BrokenPipe or Errno.TooSmall))
            Gaps.Add($"The kernel log of this boot can't be read: {new LinuxException("open", kmsg, errno).Message}.");
        try
        {
            ThisBoot = DiagnosedLog.Read(new MemoryStream(buffer, 0, length)).Devices;
        }
        catch (InvalidDataException exception)
        {
            Gaps.Add($"The kernel log of this boot can't be read: {kmsg} {exception.Message}.");
        }
    }

    private void ReadJournal(HostProgram journalctl, string root)
    {
        string[] place = root == "/" ? [] : [$"--root={root}"];
        for (var boot = 1; boot <= MaxEarlierBoots; boot++)
        {
            var number = string.Create(CultureInfo.InvariantCulture, $"--boot=-{boot}");
            var (result, log) = journalctl.Read<DiagnosedLog?>(
                LimitOfABoot,
                [.. place, "--dmesg", number, "--output=short-monotonic", "--no-pager", "--quiet"],
                DiagnosedLog.Read, null);
            // The journal has no boot of that number: journalctl fails, or prints nothing.
            if (result.ExitCode is > 0 || log is { Lines: 0 })
                return;
            if (result.ExitCode is null || log is null)
            {
                Gaps.Add($"The log of an earlier boot can't be read: {result.Error}.");
                return;
            }
            _earlier.Add(log.Devices);
        }
    }
}

/// <summary>
/// The hangs of one NIC in the logs. An episode is a series of reports without a silence of a minute.
/// </summary>
/// <param name="Now">Episodes in this boot.</param>
/// <param name="Before">Episodes in the earlier boots that were read.</param>
/// <param name="Boots">The earlier boots that have one.</param>
internal readonly record struct HangSummary(int Now, int Before, int Boots)
{
    /// <summary>True if a log has a hang of the NIC.</summary>
    public bool HasHung => Now + Before > 0;
}
