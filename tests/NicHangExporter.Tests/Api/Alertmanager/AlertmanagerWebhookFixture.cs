namespace NicHangExporter.Tests.Api.Alertmanager;

/// <summary>The webhook of a host with one NIC.</summary>
public abstract class AlertmanagerWebhookFixture : IDisposable
{
    private protected readonly WebhookHost _host = new();

    public void Dispose()
    {
        _host.Dispose();
        GC.SuppressFinalize(this);
    }
}
