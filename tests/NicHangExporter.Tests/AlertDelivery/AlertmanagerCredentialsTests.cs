using System.Text;
using NicHangExporter.Alerting;
using NicHangExporter.Hosting;
using NicHangExporter.Options;
using NicHangExporter.Tests.Web;

namespace NicHangExporter.Tests.AlertDelivery;

/// <summary>The credentials of the host, and the certificates that it trusts.</summary>
public sealed class AlertmanagerCredentialsTests : IDisposable
{
    private const string Canary = "c4n4ry-token-0123456789";

    private readonly TestAuthority _authority = new();
    private readonly AlertingHost _host = new();

    public void Dispose()
    {
        _host.Dispose();
        _authority.Dispose();
    }

    [Fact]
    public async Task BearerToken_IsReadAgainForEachPost()
    {
        await using var server = await TestAlertmanager.StartAsync();
        Configure(client => client with { CredentialsFile = Write("token", "first\n") });
        await PushAsync(server.Url);
        Assert.Equal("Bearer first", server.Last.Authorization);
        Write("token", "second");
        _host.Pass(60);
        await PushAsync(server.Url);
        Assert.Equal("Bearer second", server.Last.Authorization);
    }

    [Fact]
    public async Task BasicAuth_IsUserAndPassword()
    {
        await using var server = await TestAlertmanager.StartAsync();
        Configure(client => client with { Username = "nichang", PasswordFile = Write("password", "pä:ss\n") });
        await PushAsync(server.Url);
        Assert.Equal("nichang:pä:ss",
            Encoding.UTF8.GetString(Convert.FromBase64String(server.Last.Authorization!["Basic ".Length..])));
    }

    [Theory]
    [InlineData(null)]
    [InlineData("")]
    [InlineData("\n")]
    [InlineData(Canary + "\n" + Canary)]
    [InlineData(Canary + " x")]
    [InlineData(Canary + "\u00e4")]
    public async Task BearerToken_ThatIsInvalid_IsNotQuotedInTheLog(string? content)
    {
        await using var server = await TestAlertmanager.StartAsync();
        Configure(client =>
            client with
            { CredentialsFile = content is null ? _host.Directory.File("nowhere") : Write("token", content) });
        await PushAsync(server.Url);
        // Nothing is sent without the credentials.
        Assert.Empty(server.Requests);
        Assert.Equal(1, _host.Failures(server.Url));
        Assert.DoesNotContain(_host.Log.Entries, entry => entry.Message.Contains(Canary, StringComparison.Ordinal));
    }

    [Fact]
    public async Task Token_IsNeitherInTheLogNorInTheFile()
    {
        await using var server = await TestAlertmanager.StartAsync();
        server.Answer = (context, _) =>
        {
            context.Response.StatusCode = 401;
            return Task.CompletedTask;
        };
        Configure(client => client with { CredentialsFile = Write("token", Canary) });
        await PushAsync(server.Url);
        Assert.Equal($"Bearer {Canary}", server.Last.Authorization);
        Assert.Contains(_host.Log.Entries, entry => entry.Message.Contains("it answers 401", StringComparison.Ordinal));
        Assert.DoesNotContain(_host.Log.Entries, entry => entry.Message.Contains(Canary, StringComparison.Ordinal));
        Assert.DoesNotContain(Canary, File.ReadAllText(_host.AlertsFile), StringComparison.Ordinal);
    }

    [Fact]
    public async Task Https_IsForTheConfiguredAuthorityOnly()
    {
        await using var server = await TestAlertmanager.StartAsync(_authority.Server());
        // The system does not trust its authority.
        await PushAsync(server.Url);
        Assert.Equal((0, 1), (_host.Sent(server.Url), _host.Failures(server.Url)));

        using var other = new TestAuthority("Another root");
        Configure(client => client with { CaFile = Write("ca.pem", other.Root.ExportCertificatePem()) });
        _host.Pass(60);
        await PushAsync(server.Url);
        Assert.Equal((0, 1), (_host.Sent(server.Url), server.Requests.Count + 1));

        // The file is replaced, and the next post is accepted.
        Write("ca.pem", other.Root.ExportCertificatePem() + "\n" + _authority.Root.ExportCertificatePem());
        _host.Pass(60);
        await PushAsync(server.Url);
        Assert.Equal(1, _host.Sent(server.Url));
    }

    [Theory]
    [InlineData("", "holds no certificate")]
    [InlineData("no PEM at all", "holds no certificate")]
    [InlineData("-----BEGIN CERTIFICATE-----\nAAAA\n-----END CERTIFICATE-----\n", "")]
    public async Task Https_WithAFileThatHoldsNoAuthority_TrustsNobody(string content, string reason)
    {
        await using var server = await TestAlertmanager.StartAsync(_authority.Server());
        Configure(client => client with { CaFile = Write("ca.pem", content) });
        await PushAsync(server.Url);
        Assert.Empty(server.Requests);
        Assert.Contains(reason, Assert.Single(_host.Log.Entries, entry => entry.Event == EventIds.PushFailed).Message,
            StringComparison.Ordinal);
    }

    [Fact]
    public async Task Https_OfAnotherName_IsRefusedUnlessTheNameIsConfigured()
    {
        await using var server = await TestAlertmanager.StartAsync(_authority.Server());
        Configure(client => client with { CaFile = Write("ca.pem", _authority.Root.ExportCertificatePem()) });
        // The certificate is for localhost and 127.0.0.1, and there are more ways to the same address.
        var url = new UriBuilder(server.Url) { Host = "127.0.0.2" }.Uri;
        await PushAsync(url);
        Assert.Empty(server.Requests);
        Configure(client => client with { ServerName = "localhost" });
        _host.Pass(60);
        await PushAsync(url);
        Assert.Equal($"localhost:{url.Port}", Assert.Single(server.Requests).Host);

        // A name that is configured is the only one: that of the URL is none any more.
        Configure(client => client with { ServerName = "alertmanager.example" });
        _host.Pass(60);
        await PushAsync(url);
        Assert.Single(server.Requests);
    }

    [Fact]
    public async Task Https_WithAnExpiredCertificate_IsRefused()
    {
        await using var server = await TestAlertmanager.StartAsync(_authority.Server(days: -1));
        Configure(client => client with { CaFile = Write("ca.pem", _authority.Root.ExportCertificatePem()) });
        await PushAsync(server.Url);
        Assert.Empty(server.Requests);
    }

    [Fact]
    public async Task ClientCertificate_IsShownTogetherWithTheToken()
    {
        await using var server = await TestAlertmanager.StartAsync(_authority.Server(), client: true);
        Configure(client => client with { CaFile = Write("ca.pem", _authority.Root.ExportCertificatePem()) });
        await PushAsync(server.Url);
        Assert.Empty(server.Requests);

        var client = _authority.Client();
        Configure(http =>
            http with
            { CertificateFile = Write("client.crt", client.Certificate), KeyFile = Write("client.key", client.Key),
                CredentialsFile = Write("token", "t") });
        _host.Pass(60);
        await PushAsync(server.Url);
        Assert.Equal(("CN=prometheus", "Bearer t"), (server.Last.Client, server.Last.Authorization));

        // The key of another certificate: nothing is sent, and the log says why.
        Write("client.key", _authority.Client().Key);
        _host.Pass(60);
        await PushAsync(server.Url);
        Assert.Single(server.Requests);
        Assert.Contains(_host.Log.Entries, entry => entry.Event == EventIds.PushFailed
            && entry.Message.Contains("client.key is not the key of", StringComparison.Ordinal));
    }

    [Theory]
    [InlineData("alertmanager.example", true)]
    [InlineData("10.0.0.7", true)]
    [InlineData("alertmanager.example:9093", false)]
    [InlineData("a b", false)]
    [InlineData("a\r\nX: y", false)]
    [InlineData("::1", false)]
    public void ServerName_IsTheNameOfAHost(string name, bool isTaken) =>
        Assert.Equal(isTaken, AlertingRules.CheckServerName(name) is null);

    [Theory]
    [InlineData("http://user:c4n4ry@alertmanager:9093")]
    [InlineData("http://c4n4ry@alertmanager:9093")]
    [InlineData("http://alertmanager:9093/?token=c4n4ry")]
    [InlineData("http://alertmanager:9093/#c4n4ry")]
    [InlineData("alertmanager:9093")]
    [InlineData("/c4n4ry")]
    [InlineData("ftp://alertmanager/c4n4ry")]
    [InlineData("")]
    public void Url_WithASecretOrNone_IsRefusedWithoutIt(string url)
    {
        var error = AlertingRules.SetAlertmanagers(new AlertingOptions(), [url]).Error;
        Assert.NotNull(error);
        Assert.DoesNotContain("c4n4ry", error, StringComparison.Ordinal);
    }

    [Fact]
    public void Url_WithAPrefix_IsTaken()
    {
        var (options, error) = AlertingRules.SetAlertmanagers(new AlertingOptions(),
            ["https://example.org/alertmanager/", "http://[::1]:9093"]);
        Assert.Null(error);
        Assert.Equal(2, options.Alertmanagers.Count);
        Assert.NotNull(AlertingRules.SetAlertmanagers(options, ["http://a:9093", "http://a:9093/"]).Error);
    }

    [Theory]
    [InlineData("cluster=lab", true)]
    [InlineData("_x=ä=b c", true)]
    [InlineData("cluster", false)]
    [InlineData("cluster=", false)]
    [InlineData("=lab", false)]
    [InlineData("1x=lab", false)]
    [InlineData("a-b=lab", false)]
    [InlineData("a.b=lab", false)]
    [InlineData("ä=lab", false)]
    [InlineData("__x=lab", false)]
    [InlineData("x=a\nb", false)]
    [InlineData("x=a\0b", false)]
    [InlineData("x=\ud800", false)]
    [InlineData("alertname=x", false)]
    [InlineData("device=x", false)]
    [InlineData("driver=x", false)]
    [InlineData("instance=x", false)]
    [InlineData("severity=x", false)]
    public void Label_IsOneThatAlertmanagerTakes(string row, bool isTaken) =>
        Assert.Equal(isTaken, AlertingRules.CheckLabel(row) is null);

    // Options are read when a push is made.
    private void Configure(Func<HttpClientOptions, HttpClientOptions> change)
    {
        _host.Configure(
            options => options with { Alerting = options.Alerting
                with { FromFile = change(options.Alerting.HttpClient) } });
        _client = null;
    }

    private async Task PushAsync(Uri url)
    {
        if (_host.Options.Alerting.Alertmanagers.Count == 0)
            _host.Restart(url);
        if (_host.Store.Alerts.Count == 0)
            _host.Hang("eno1");
        await AlertingHost.StepAsync(_client ??= _host.Client(url));
    }

    private NicHangExporter.Alerting.AlertmanagerClient? _client;

    private string Write(string name, string content)
    {
        File.WriteAllText(_host.Directory.File(name), content);
        return _host.Directory.File(name);
    }
}
