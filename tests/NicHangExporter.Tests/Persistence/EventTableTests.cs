using NicHangExporter.Persistence;

namespace NicHangExporter.Tests.Persistence;

/// <summary>The table way × manager × event.</summary>
public sealed class EventTableTests
{
    [Fact]
    public void EachRow_HasAnEffectForEachEvent()
    {
        Assert.All(PersistenceEvents.All, row =>
            Assert.Equal(Enum.GetValues<PersistenceEvent>().Length, row.Effects.Length));
        Assert.Equal(PersistenceEvents.All.Length,
            PersistenceEvents.All.Select(row => (row.Way, row.Manager)).Distinct().Count());
    }

    [Theory]
    [MemberData(nameof(Hosts.Ways), MemberType = typeof(Hosts))]
    public void EachPlan_HasARow(string name, string way)
    {
        using var host = Hosts.Create(name);
        var plan = host.Plan(Enum.Parse<PersistenceWay>(way));

        Assert.Contains(PersistenceEvents.All, row => row.Way == plan.Way && row.Manager == plan.Manager);
    }

    [Theory]
    [InlineData("proxmox", "Hook",
        "after a reload of the driver, unbind and bind, a PCI rescan the settings are on until ifreload -a")]
    [InlineData("ifupdown", "Hook",
        "after a reload of the driver, unbind and bind, a PCI rescan the settings are on until ifdown and ifup of the"
        + " NIC's bridge, or of the NIC")]
    [InlineData("proxmox", "Link", null)]
    [InlineData("networkmanager", "Hook", null)]
    public void EventsThatUndoTheSettings_AreNamed(string name, string way, string? text)
    {
        using var host = Hosts.Create(name);

        Assert.Equal(text is null ? [] : [text],
            host.Plan(Enum.Parse<PersistenceWay>(way)).NotCovered.Select(coverage => coverage.Text));
    }
}
