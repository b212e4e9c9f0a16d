using NicHangExporter.Hosting;
using NicHangExporter.Options;
using NicHangExporter.TestSupport;

namespace NicHangExporter.Tests.Options;

/// <summary>The file of alerting.config.file: what it sets, and one clear line for each mistake.</summary>
public sealed class AlertingConfigFileTests : IDisposable
{
    private const string Canary = "canary-7f3a9c51e2d84b06";

    private readonly TemporaryDirectory _directory = new();

    public static TheoryData<string, string, int, string> Bad => new()
    {
        { "no YAML", "authorization: {credentials_file: a\n", 2, "" },
        { "a list", "- authorization\n", 1, "a mapping" },
        { "an alias", "authorization: &a {}\ntls_config: *a\n", 1, "anchors and aliases" },
        { "a tag", "authorization: !!map {}\n", 1, "tags" },
        { "two documents", "{}\n---\n{}\n", 2, "a second one" },
        { "nesting without end", "tls_config: " + new string('[', 10_000) + "\n", 1, "nested too deeply" },
        { "an unknown key", "basic_outh: {}\n", 1, "unknown key 'basic_outh'; did you mean 'basic_auth'?" },
        { "an unknown key in a section", "tls_config:\n  ca_flie: a\n", 2,
            "unknown key 'tls_config.ca_flie'; did you mean 'ca_file'?" },
        { "a key that is a secret", $"authorization:\n  ? \"{Canary} +\"\n  : a\n", 2, "not shown" },
        { "a key twice", "tls_config:\n  ca_file: a\n  ca_file: b\n", 3, "'tls_config.ca_file' is set twice" },
        { "a section twice", "tls_config: {}\ntls_config: {}\n", 2, "'tls_config' is set twice" },
        { "a section that is a value", $"authorization: {Canary}\n", 1, "'authorization' must hold further keys" },
        { "a section that is a list", "basic_auth: [a]\n", 1, "'basic_auth' must hold further keys" },
        { "a value that is a list", "tls_config:\n  ca_file: [a]\n", 2, "'tls_config.ca_file' must be a single value" },
        { "an inline token", $"authorization:\n  credentials: {Canary}\n", 2,
            "write the secret to a file and name it in 'authorization.credentials_file'" },
        { "an inline password", $"basic_auth:\n  username: a\n  password: {Canary}\n", 3,
            "name it in 'basic_auth.password_file'" },
        { "an inline key", $"tls_config:\n  key: {Canary}\n", 2, "name it in 'tls_config.key_file'" },
        { "no verification", "tls_config:\n  insecure_skip_verify: true\n", 2,
            "name the CA certificate in 'tls_config.ca_file'" },
        { "an old key", "bearer_token_file: /a\n", 1, "write 'authorization.credentials_file'" },
        { "OAuth", "oauth2:\n  client_id: a\n", 1, "'oauth2' is not supported" },
        { "a proxy", "proxy_url: http://a\n", 1, "no proxy is used" },
        { "redirects", "follow_redirects: true\n", 1, "redirects are not followed" },
        { "no token", "authorization:\n  type: Bearer\n", 1, "'authorization' needs credentials_file" },
        { "an empty token path", "authorization:\n  credentials_file: ''\n", 1,
            "'authorization' needs credentials_file" },
        { "basic as a type", "authorization:\n  type: basic\n  credentials_file: a\n", 2, "write 'basic_auth'" },
        { "a type that is no scheme", "authorization:\n  type: \"a b\"\n  credentials_file: a\n", 2, "no scheme" },
        { "no user", "basic_auth:\n  password_file: a\n", 1, "'basic_auth' needs username" },
        { "no password", "basic_auth:\n  username: a\n", 1, "'basic_auth' needs password_file" },
        { "a user with a colon", "basic_auth:\n  username: 'a:b'\n  password_file: a\n", 2, "neither a colon" },
        { "both", "authorization: {credentials_file: a}\nbasic_auth: {username: a, password_file: b}\n", 2,
            "exclude each other" },
        { "no key", "tls_config:\n  cert_file: a\n", 2, "need each other" },
        { "no certificate", "tls_config:\n  key_file: a\n", 2, "need each other" },
        { "a name with a port", "tls_config:\n  server_name: a.example:9093\n", 2, "no name of a host" },
        { "a NUL in a path", "tls_config:\n  ca_file: \"a\\0b\"\n", 2, "NUL" },
    };

    public void Dispose() => _directory.Dispose();

    [Theory]
    [MemberData(nameof(Bad))]
    public void Load_BadFile_IsOneLineWithItsPlaceAndNoSecret(string what, string yaml, int line, string expected)
    {
        Assert.NotEmpty(what);

        var (_, errors) = Load(yaml);

        var error = Assert.Single(errors);
        Assert.StartsWith($"{Path}:{line}: ", error, StringComparison.Ordinal);
        Assert.Contains(expected, error, StringComparison.Ordinal);
        Assert.DoesNotContain('\n', error);
        Assert.DoesNotContain(Canary, error, StringComparison.Ordinal);
    }

    [Fact]
    public void Load_ManyErrors_AreReportedTogether()
    {
        var (_, errors) = Load("authorization:\n  type: Basic\nbasic_auth:\n  username: 'a:b'\ntls_config:\n  ca: x\n  "
            + "cert_file: a\n");

        Assert.Equal(["2", "4", "6", "7"], errors.Select(error => error[(Path.Length + 1)..].Split(':')[0]).Order());
    }

    [Theory]
    [InlineData("")]
    [InlineData("# later\n")]
    [InlineData("{}\n")]
    [InlineData("authorization:\nbasic_auth: {}\ntls_config: ~\n")]
    [InlineData("tls_config: {ca_file: ''}\n")]
    public void Load_FileWithoutSettings_IsNoError(string yaml)
    {
        var (options, errors) = Load(yaml);

        Assert.Empty(errors);
        Assert.Equal(new HttpClientOptions(), options.Alerting.HttpClient);
    }

    [Fact]
    public void Load_Token_IsThatOfTheFile()
    {
        var (options, errors) = Load("authorization:\n  type: GenieKey\n  credentials_file: secrets/token\n");

        Assert.Empty(errors);
        Assert.Equal(
            new HttpClientOptions
            {
                AuthorizationType = "GenieKey",
                CredentialsFile = _directory.File("secrets/token"),
            },
            options.Alerting.HttpClient);
    }

    [Fact]
    public void Load_UserAndTls_AreThoseOfTheFile()
    {
        var (options, errors) = Load("""
            basic_auth: {username: nichang, password_file: /run/password}
            tls_config:
              ca_file: ca.pem
              cert_file: ../client.crt
              key_file: /run/client.key
              server_name: alertmanager.example
            """);

        Assert.Empty(errors);
        Assert.Equal(new HttpClientOptions
        {
            Username = "nichang",
            PasswordFile = "/run/password",
            CaFile = _directory.File("ca.pem"),
            CertificateFile = _directory.File("../client.crt"),
            KeyFile = "/run/client.key",
            ServerName = "alertmanager.example",
        }, options.Alerting.HttpClient);
    }

    [Fact]
    public void Load_TlsForPlainUrls_IsAnError()
    {
        var (_, errors) = Load("tls_config: {ca_file: ca.pem}\n", "--alerting.alertmanagers=http://am:9093");

        Assert.Equal($"{Path}: tls_config is for https, and every URL of alerting.alertmanagers is http",
            Assert.Single(errors));
    }

    [Theory]
    [InlineData("/nowhere/alerting.yml")]
    [InlineData("/dev/zero")]
    [InlineData("/")]
    public void Load_FileThatCannotBeRead_IsAnErrorThatNamesIt(string path)
    {
        var errors = new List<string>();
        AlertingConfigFile.Load(new ExporterOptions { Alerting = new() { ConfigFile = path } }, errors);

        Assert.StartsWith(path, Assert.Single(errors), StringComparison.Ordinal);
    }

    [Fact]
    public void Load_WithDeprecatedOptions_IsRefused()
    {
        var (_, errors) = Load("{}\n", "--alerting.alertmanagers=https://am:9093", "--alerting.ca-file=/ca.pem",
            "--alerting.basic-auth-user=a");

        Assert.Equal(
        [
            "alerting.basic-auth-user and alerting.config.file exclude each other: write basic_auth.username in the "
                + "file",
            "alerting.ca-file and alerting.config.file exclude each other: write tls_config.ca_file in the file",
        ], errors);
    }

    [Fact]
    public void Load_WithoutAlertmanagers_IsAnError()
    {
        var (_, errors) = Load("{}\n", []);

        Assert.Equal("alerting.alertmanagers is empty, so the other options of alerting have no effect",
            Assert.Single(errors));
    }

    [Fact]
    public void DeprecatedOptions_AreAcceptedWithAWarningEach()
    {
        var (options, errors) = Parse("--alerting.alertmanagers=https://am:9093", "--alerting.bearer-token-file=/token",
            "--alerting.server-name=am.example");

        Assert.Empty(errors);
        Assert.Equal(new HttpClientOptions { CredentialsFile = "/token", ServerName = "am.example" },
            options.Alerting.HttpClient);
        Assert.Equal(
        [
            "alerting.bearer-token-file is deprecated and the next release removes it: write "
                + "authorization.credentials_file in the file of alerting.config.file",
            "alerting.server-name is deprecated and the next release removes it: write tls_config.server_name in the "
                + "file of alerting.config.file",
        ], ConfigurationWarnings.OfDeprecated(options));
        Assert.Equal(7, OptionTable.All.Count(option => option.IsDeprecated));
    }

    private string Path => _directory.File("alerting.yml");

    private (ExporterOptions Options, List<string> Errors) Load(string yaml, params string[]? flags)
    {
        File.WriteAllText(Path, yaml);
        var (options, errors) = Parse([$"--alerting.config.file={Path}", .. flags ?? []]);
        options = AlertingConfigFile.Load(options, errors);
        return (options, errors);
    }

    private (ExporterOptions Options, List<string> Errors) Load(string yaml) =>
        Load(yaml, "--alerting.alertmanagers=https://am:9093");

    private static (ExporterOptions Options, List<string> Errors) Parse(params string[] flags)
    {
        var errors = new List<string>();
        var settings = flags.Select(flag => flag.Split('=', 2))
            .Select(parts => new OptionSetting(parts[0][2..], [parts[1]], parts[0])).ToList();
        return (OptionsLoader.Load(settings, new Dictionary<string, string>(), errors), errors);
    }
}
