using NicHangExporter.Remediation.Journaling;
using NicHangExporter.Tests.Remediation.Faults;

namespace NicHangExporter.Tests.Api;

/// <summary>A device that has left: the remediator knows it by its record, for API and console.</summary>
public sealed class AbsentDeviceTests : IDisposable
{
    private readonly ApiHost _api = new();

    public void Dispose() => _api.Dispose();

    [Fact]
    public async Task Quarantine_OfADeviceThatHasLeft_IsCleared()
    {
        var applied = await _api.PostAsync("/api/v1/remediations", """{"device":"eno1","features":["tso"]}""");
        Assert.Equal(200, applied.Status);
        var key = Assert.Single(_api.Host.Ledger.State.Devices).Key;
        Assert.NotEmpty(_api.Host.Ledger.State.Device(key).Charges);
        _api.Nic.Unplug(_api.Host);

        var cleared = await _api.PostAsync("/api/v1/quarantine/eno1/clear");

        Assert.Equal((200, true), (cleared.Status, cleared.Json["cleared"]!.GetValue<bool>()));
        Assert.Empty(_api.Host.Ledger.State.Device(key).Charges);
        var entry = Assert.Single(_api.Host.JournalEntries(), entry => entry.Event == JournalEvent.Cleared);
        Assert.Equal((key, "eno1", "operator"), (entry.Key, entry.Device, entry.Actor));

        var again = await _api.PostAsync("/api/v1/quarantine/eno1/clear");
        Assert.Equal((200, false), (again.Status, again.Json["cleared"]!.GetValue<bool>()));
    }

    [Fact]
    public async Task Quarantine_OfADeviceThatWasRenamed_IsNotClearedByItsFormerName()
    {
        var applied = await _api.PostAsync("/api/v1/remediations", """{"device":"eno1","features":["tso"]}""");
        Assert.Equal(200, applied.Status);
        var key = Assert.Single(_api.Host.Ledger.State.Devices).Key;
        _api.Nic.Rename(_api.Host, "ens1");

        var former = await _api.PostAsync("/api/v1/quarantine/eno1/clear");
        Assert.Equal((404, "unknown_device"), (former.Status, former.Problem));
        Assert.NotEmpty(_api.Host.Ledger.State.Device(key).Charges);

        var present = await _api.PostAsync("/api/v1/quarantine/ens1/clear");
        Assert.Equal((200, true), (present.Status, present.Json["cleared"]!.GetValue<bool>()));
        Assert.Empty(_api.Host.Ledger.State.Device(key).Charges);
    }

    [Fact]
    public async Task Device_ThatWasNeverHere_IsUnknown()
    {
        _api.Nic.Unplug(_api.Host);

        foreach (var path in new[] { "quarantine/eno9/clear", "quarantine/eno1/clear", "devices/eno9/rollback" })
        {
            var reply = await _api.PostAsync("/api/v1/" + path);
            Assert.Equal((404, "unknown_device"), (reply.Status, reply.Problem));
        }
        Assert.DoesNotContain(_api.Host.JournalEntries(), entry => entry.Event == JournalEvent.Cleared);
    }

    [Fact]
    public async Task Remediation_OfAnAbsentDevice_IsDeclinedWithAnIdThatExplains()
    {
        _api.Nic.Unplug(_api.Host);

        var declined = await _api.PostAsync("/api/v1/remediations", """{"device":"eno1","features":["tso"]}""");

        Assert.Equal((404, "unknown_device"), (declined.Status, declined.Problem));
        var found = await _api.GetAsync($"/api/v1/remediations/{declined.Json["id"]}");
        Assert.Equal((200, "declined"), (found.Status, found.Verdict));
        Assert.Equal("there is no device eno1 here", found.Json["explanation"]!.GetValue<string>());
    }
}
