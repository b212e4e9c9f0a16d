using NicHangExporter.Diagnose;
using NicHangExporter.Linux;
using NicHangExporter.Linux.Sysfs;
using NicHangExporter.Persistence;
using NicHangExporter.Remediation.Planning;

namespace NicHangExporter.Setup;

/// <summary>A physical NIC of the host.</summary>
internal sealed record SurveyedNic
{
    /// <summary>Its name now.</summary>
    public required InterfaceName Name { get; init; }

    /// <summary>Its address, which the configuration gets.</summary>
    public required BusAddress Bus { get; init; }

    /// <summary>Null if no driver is bound.</summary>
    public required string? Driver { get; init; }

    /// <summary>Vendor and device in hexadecimal digits, such as <c>8086:15b8</c>; empty on another bus than
    /// PCI.</summary>
    public required string PciId { get; init; }

    /// <summary>A virtual function of SR-IOV: the physical function does what matters.</summary>
    public required bool IsVirtualFunction { get; init; }

    /// <summary>Its hangs in the logs.</summary>
    public required HangSummary Hangs { get; init; }

    /// <summary>What is on it.</summary>
    public required CarriedGuests Carried { get; init; }

    /// <summary>Its network manager.</summary>
    public required NicOwner Owner { get; init; }

    /// <summary>What else on the host sets its offloads, or fails to.</summary>
    public required IReadOnlyList<PersistenceFinding> Findings { get; init; }

    /// <summary>The exporter has settings against hangs of its driver.</summary>
    public bool HasLadder => Driver is not null && DriverLadders.Find(Driver) is not null;

    /// <summary>The kind of the device; a card if the driver is unknown.</summary>
    public DriverKind Kind => DriverNotes.Find(Driver)?.Kind ?? DriverKind.Physical;

    /// <summary>setup proposes it: its driver is known to hang, or it hung and a reset reaches it.</summary>
    public bool IsCandidate => Driver is not null && !IsVirtualFunction
        && (HasLadder || (Hangs.HasHung && Kind is (DriverKind.Physical or DriverKind.Usb)));

    /// <summary>The name and the address.</summary>
    public string Title => $"{Name} ({Bus})";

    /// <summary>Reads one NIC.</summary>
    /// <exception cref="LinuxException">sysfs can't be read.</exception>
    public static SurveyedNic Read(HostRoot root, NetClass devices, HostNic nic, KernelLogHistory logs)
    {
        using var device = devices.Open(nic.Device)
            ?? throw new LinuxException("open", nic.Device.ToString(), Errno.NoDevice);
        return new SurveyedNic
        {
            Name = nic.Device,
            Bus = nic.Bus,
            Driver = device.Driver,
            PciId = device.Subsystem == "pci" ? $"{Id(device, "device/vendor\0"u8)}:{Id(device, "device/device\0"u8)}"
                : "",
            IsVirtualFunction = device.IsVirtualFunction,
            Hangs = logs.Of(nic.Device, nic.Bus),
            Carried = CarriedGuests.Read(devices, root.Path, nic.Device),
            Owner = NicOwner.Find(root, nic),
            Findings = PersistenceFindings.Read(root, nic),
        };
    }

    // 0x8086
    private static string Id(NetDevice device, ReadOnlySpan<byte> attribute)
    {
        Span<byte> text = stackalloc byte[16];
        return device.TryReadText(attribute, text, out var length) == Errno.None && text[..length].StartsWith("0x"u8)
            ? System.Text.Encoding.ASCII.GetString(text[2..length]) : "????";
    }
}
