using System.Collections.Immutable;
using NicHangExporter.Linux;
using NicHangExporter.Persistence;
using NicHangExporter.Persistence.Control;
using NicHangExporter.Remediation;

namespace NicHangExporter.Tests.Persistence.Control;

/// <summary>The decided settings of a file, which is for all ports at one bus address.</summary>
public sealed class DecidedSettingsTests
{
    private const string Bus = "0000:01:00.0";

    private static readonly HostNic[] Nics = [Nic("eno1", Bus), Nic("eno2", Bus), Nic("eno3", "0000:02:00.0")];

    [Fact]
    public void PortsAtOneAddress_AreTakenTogether() =>
        Assert.Equal(["eee", "rx-gro", "rx-lro"], Of(Device("eno1", "rx-gro", "eee"), Device("eno2", "rx-lro", "eee")));

    [Fact]
    public void RecordOfAnEarlierCard_DoesNotCount() =>
        Assert.Equal(["rx-gro"], Of(Device("old", "pause"), Device("eno2", "rx-gro")));

    [Fact]
    public void PortThatWasRenamedJustNow_Counts() => Assert.Equal(["rx-gro"], Of(Device("old", "rx-gro")));

    [Fact]
    public void AnotherAddress_DoesNotCount() =>
        Assert.Empty(Of(new DeviceStatus("eno3", "0000:02:00.0", "igb") { Desired = ["rx-gro"] }));

    // The series and the list compare the file with the settings of all ports, whichever port they are about.
    [Fact]
    public void EachPort_ShowsTheSettingsOfAll()
    {
        using var host = Hosts.Create("plain");
        host.Interface("eno1", 7, Bus, Hosts.Default).Interface("eno2", 8, Bus, Hosts.Default);

        var shown = PersistedHost.Read(
            host.Root, [Device("eno1", "rx-gro"), Device("eno2", "rx-lro")], [], isWhole: false);

        Assert.Equal(2, shown.Count);
        Assert.All(shown, device => Assert.Equal(["rx-gro", "rx-lro"], device.Desired));
    }

    private static ImmutableArray<string> Of(params DeviceStatus[] devices) =>
        DecidedSettings.Of(devices, Nics, Address(Bus));

    private static DeviceStatus Device(string name, params string[] desired) =>
        new(name, Bus, "igb") { Desired = desired };

    private static HostNic Nic(string name, string bus) =>
        new(InterfaceName.TryParse(name, out var parsed) ? parsed : default, Address(bus), 2);

    private static BusAddress Address(string bus) =>
        BusAddress.TryParse(bus, out var address) ? address : throw new ArgumentException(bus);
}
