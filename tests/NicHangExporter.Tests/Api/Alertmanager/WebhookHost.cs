using System.Text.Json;
using Microsoft.AspNetCore.Http;
using NicHangExporter.Api.Auth;
using NicHangExporter.Options;
using NicHangExporter.Remediation;
using NicHangExporter.Remediation.Journaling;
using NicHangExporter.Tests.Remediation;

namespace NicHangExporter.Tests.Api.Alertmanager;

/// <summary>A host called pve1 with a simulated NIC, whose webhook is called without a server.</summary>
internal sealed class WebhookHost : IDisposable
{
    public WebhookHost(Func<ExporterOptions, ExporterOptions>? configure = null, JournalFiles? files = null)
    {
        Host = new FixtureHost(options => Configure(options, configure), journalFiles: files, live: true);
        File.WriteAllText(Path.Combine(Host.Options.Paths.Procfs, "sys/kernel/hostname"), "pve1\n");
        Nic = Host.AddSimulatedNic();
    }

    private WebhookHost(FixtureHost host, SimulatedNic nic) => (Host, Nic, nic.Host) = (host, nic, host);

    public FixtureHost Host { get; }

    public SimulatedNic Nic { get; }

    /// <summary>The operations that reached any NIC.</summary>
    public int Operations => Host.Ethtool.Nics.Sum(nic => nic.Operations.Count);

    /// <summary>The intents in the journal.</summary>
    public List<JournalEntry> Intents => [.. Host.JournalEntries().Where(entry => entry.Event == JournalEvent.Intent)];

    /// <summary>Starts everything.</summary>
    public WebhookHost Begin()
    {
        Host.Open();
        Host.Start();
        Host.Live(2);
        return this;
    }

    /// <summary>The NIC hangs, long enough for two reports of the driver.</summary>
    public void Hang(SimulatedNic? nic = null)
    {
        (nic ?? Nic).Hang();
        Host.Live(5);
    }

    /// <summary>The same host after a restart of the process, which was killed.</summary>
    public WebhookHost Restart(Func<ExporterOptions, ExporterOptions>? configure = null) =>
        new(Host.Restart(save: true, options => Configure(options, configure)), Nic);

    /// <summary>Posts a body.</summary>
    public async Task<(int Status, string Body)> PostAsync(
        byte[] body, string? type = "application/json", string? encoding = null)
    {
        using var stream = new MemoryStream(body);
        var context = Context(stream, type);
        if (encoding is not null)
            context.Request.Headers.ContentEncoding = encoding;
        var answer = await SendAsync(context);
        return (context.Response.StatusCode, answer);
    }

    /// <summary>A request that nobody has answered yet.</summary>
    public static DefaultHttpContext Context(Stream body, string? type = "application/json")
    {
        var context = new DefaultHttpContext();
        (context.Request.Method, context.Request.Protocol, context.Request.ContentType, context.Request.Body) =
            ("POST", HttpProtocol.Http11, type, body);
        return context;
    }

    /// <summary>Lets the webhook handle a request; returns the body of the answer.</summary>
    public async Task<string> SendAsync(HttpContext context)
    {
        using var answer = new MemoryStream();
        context.Response.Body = answer;
        await (await Host.Webhook.HandleAsync(
            context, new Caller("alertmanager", ApiScope.Remediate, RemediationTrigger.Api))).ExecuteAsync(context);
        return System.Text.Encoding.UTF8.GetString(answer.ToArray());
    }

    /// <summary>Posts alerts that must be taken; returns the verdicts.</summary>
    public async Task<List<string>> VerdictsAsync(params System.Text.Json.Nodes.JsonObject[] alerts)
    {
        var (status, body) = await PostAsync(Notifications.Bytes(Notifications.Of(alerts)));
        Assert.True(status == 200, $"{status}: {body}");
        return Verdicts(body);
    }

    /// <summary>The verdicts in an answer.</summary>
    public static List<string> Verdicts(string body)
    {
        using var answer = JsonDocument.Parse(body);
        return [.. answer.RootElement.GetProperty("alerts").EnumerateArray()
            .Select(alert => alert.GetProperty("verdict").GetString()!)];
    }

    public void Dispose() => Host.Dispose();

    private static ExporterOptions Configure(ExporterOptions options, Func<ExporterOptions, ExporterOptions>? configure)
    {
        options = LocalLoop.Enforcing(options);
        options = options
            with
        {
            Remediation = options.Remediation
                with
            { Local = RemediationMode.Off, Webhook = RemediationMode.Enforce }
        };
        return configure?.Invoke(options) ?? options;
    }
}
