using System.Text;
using NicHangExporter.Api.Auth;
using NicHangExporter.Hosting;
using NicHangExporter.Linux;
using NicHangExporter.Remediation;
using NicHangExporter.Remediation.Journaling;

namespace NicHangExporter.Tests.Api.Wire;

/// <summary>A client of the Unix socket that hangs up while its remediation runs.</summary>
public sealed class ClientHangUpTests : IAsyncLifetime
{
    private readonly ApiHost _api = new();
    private SocketApi _served = null!;

    public async ValueTask InitializeAsync()
    {
        _api.Host.AddSimulatedNic("eno2", "0000:02:00.0");
        _served = await SocketApi.StartAsync(_api);
    }

    public async ValueTask DisposeAsync()
    {
        await _served.DisposeAsync();
        _api.Dispose();
    }

    [Fact]
    public async Task Remediation_GoesOn_IsRecorded_AndFreesItsPlace()
    {
        using (var client = _served.Connect())
        {
            await client.SendAsync(Encoding.ASCII.GetBytes(TurnTsoOff("eno1")), TestContext.Current.CancellationToken);
            _served.Until(() => _api.Intents().Count > 0, "it did not begin");
        }

        Assert.NotNull(_api.Host.Remediator.Status().Running);
        var meanwhile = await _served.ExchangeAsync(TurnTsoOff("eno2"), isFrozen: true);
        Assert.StartsWith("HTTP/1.1 409", meanwhile, StringComparison.Ordinal);
        Assert.Contains("urn:problem-type:nichang:busy", meanwhile, StringComparison.Ordinal);

        _api.Settle();
        var intent = Assert.Single(_api.Intents());
        var outcome = Assert.Single(_api.Host.JournalEntries(), entry =>
            entry.Event == JournalEvent.Outcome && entry.Id == intent.Id);
        Assert.Equal((RemediationVerdict.Applied, RemediationTrigger.Cli, UserNames.Of(FileStatus.EffectiveUser)),
            (outcome.Verdict, intent.Trigger, intent.Actor));
        Assert.False(_api.Nic.IsRequested("tx-tcp-segmentation"));

        var next = await _served.ExchangeAsync(TurnTsoOff("eno2"));
        Assert.StartsWith("HTTP/1.1 200", next, StringComparison.Ordinal);
        Assert.Contains("\"verdict\": \"applied\"", next, StringComparison.Ordinal);

        // Now the request of the client that hung up has ended as well, and without an error.
        await _served.StopAsync();
        Assert.Equal(0, _api.Host.Log.Count(EventIds.ApiFailed));
    }

    private static string TurnTsoOff(string device)
    {
        var body = $$"""{"device":"{{device}}","features":["tso"]}""";
        return "POST /api/v1/remediations HTTP/1.1\r\nHost: localhost\r\nContent-Type: application/json\r\n"
            + $"Content-Length: {body.Length}\r\n\r\n{body}";
    }
}
