using System.Text;
using Microsoft.Extensions.Time.Testing;
using NicHangExporter.Web;

namespace NicHangExporter.Tests.Web;

/// <summary>
/// The format of exporter-toolkit: what is accepted, and one clear line with the place of an error for what is not.
/// </summary>
public sealed partial class WebConfigFileTests(WebConfigFixture fixture) : IClassFixture<WebConfigFixture>
{
    private const string Tls = "tls_server_config:\n  cert_file: server.crt\n  key_file: server.key\n";
    private const string Hash = "$2y$10$QOauhQNbBCuQDKes6eFzPeMqBSjb7Mr5DUmpZ/VcEd00UAV/LDeSi";
    private const string Canary = "canary-7f3a9c51e2d84b06";

    [Fact]
    public void Tables_AreLongEnough()
    {
        Assert.True(Good.Count >= 20 && Bad.Count >= 40);
        Assert.Distinct(Bad.Select(row => row.Data.Item1));
    }

    [Theory]
    [MemberData(nameof(Good))]
    public void Load_GoodFile_IsNoError(string what, string yaml)
    {
        Assert.NotEmpty(what);

        Assert.True(Load(yaml, out var errors) is not null, string.Join('\n', errors));
        Assert.Empty(errors);
    }

    [Theory]
    [MemberData(nameof(Bad))]
    public void Load_BadFile_IsOneLineWithItsPlaceAndNoSecret(string what, string yaml, int line, string expected)
    {
        Assert.NotEmpty(what);

        Assert.Null(Load(yaml, out var errors));
        var error = Assert.Single(errors);
        Assert.StartsWith(line > 0 ? $"{fixture.Path}:{line}: " : fixture.Path + ":", error, StringComparison.Ordinal);
        Assert.Contains(expected, error, StringComparison.Ordinal);
        Assert.DoesNotContain('\n', error);
        Assert.DoesNotContain(Canary, error, StringComparison.Ordinal);
        Assert.DoesNotContain(Hash[7..20], error, StringComparison.Ordinal);
    }

    [Fact]
    public void Load_ManyErrors_AreSaidAtOnce()
    {
        Assert.Null(Load(
            "tls_server_config:\n  cert_fil: x\n  min_version: TLS9\nhttp_server_config:\n  http2: "
            + "maybe\nbasic_auth_users:\n  john: doe\nrate_limit: 5\n", out var errors));

        Assert.Equal(
            [2, 2, 3, 5, 7, 8],
            errors.Select(
                error => int.Parse(
                    error[(fixture.Path.Length + 1)..].Split(':')[0],
                    System.Globalization.CultureInfo.InvariantCulture)).Order());
    }

    [Fact]
    public void Load_FileThatIsNotThere_IsOneLine()
    {
        var errors = new List<string>();
        Assert.Null(LoadedWebConfig.Load(fixture.Path + ".nothing", new FakeTimeProvider(), errors, out _));

        Assert.Equal($"{fixture.Path}.nothing: No such file or directory", Assert.Single(errors));
    }

    [Fact]
    public void Load_Settings_AreThoseOfTheFile()
    {
        var loaded = Load(Tls
            + $"  min_version: TLS13\nhttp_server_config: "
            + $"{{http2: false, headers: {{X-Frame-Options: deny}}}}\nbasic_auth_users: {{alice: {Hash}}}\nrate_limit: "
            + $"{{interval: 500ms, burst: 3}}\n", out _)!;

        Assert.NotNull(loaded.Tls);
        Assert.NotNull(loaded.Limiter);
        Assert.Equal(new KeyValuePair<string, string>("X-Frame-Options", "deny"), Assert.Single(loaded.Config.Headers));
        Assert.Equal(Hash, loaded.Config.Users["alice"]);
        Assert.Equal(new RateLimit(TimeSpan.FromMilliseconds(500), 3), loaded.Config.RateLimit);
        Assert.InRange(
            loaded.Tls.NotAfter, TimeProvider.System.GetUtcNow().AddDays(6),
            TimeProvider.System.GetUtcNow().AddDays(8));
    }

    [Fact]
    public void Load_EveryPrefixOfAFile_EndsInAConfigurationOrInErrors()
    {
        var whole = Tls
            + $"  client_auth_type: RequireAndVerifyClientCert\n  client_ca_file: ca.crt\nbasic_auth_users: "
            + $"{{alice: '{Hash}'}}\nrate_limit: {{interval: 1s, burst: 3}}\n";
        for (var length = 0; length <= whole.Length; length++)
            Assert.True(Load(whole[..length], out var errors) is null == errors.Count > 0, whole[..length]);
    }

    [Fact]
    public void Load_BytesThatAreNoText_IsOneLine()
    {
        File.WriteAllBytes(fixture.Path, [.. "http_server_config: {http2: true} # "u8, 0xff, (byte)'\n']);
        var errors = new List<string>();

        Assert.Null(LoadedWebConfig.Load(fixture.Path, new FakeTimeProvider(), errors, out _));
        Assert.Equal($"{fixture.Path}: is not UTF-8", Assert.Single(errors));
    }

    [Fact]
    public void Load_FileWithOneCharacterMore_NeverShowsASecretAndSaysEachErrorOnOneLine()
    {
        var whole = $"tls_server_config:\n  cert_file: server.crt\n  key: {Canary}\nbasic_auth_users:\n  john: "
            + $"{Canary}\n  'jane': {Hash}\n";
        foreach (var more in "\t\n\r:'\"{}[]&*!|>%@`#,-? \\\u2028")
            for (var at = 0; at <= whole.Length; at++)
            {
                Assert.Null(Load(whole.Insert(at, more.ToString()), out var errors));
                Assert.NotEmpty(errors);
                Assert.All(errors, error =>
                {
                    Assert.StartsWith(fixture.Path + ":", error, StringComparison.Ordinal);
                    Assert.DoesNotContain(error, char.IsControl);
                    Assert.DoesNotContain(Hash[7..30], error, StringComparison.Ordinal);
                });
                // A secret in two pieces is none any more, and may be a key by its looks.
                Assert.All(errors, error => Assert.DoesNotContain(Canary, error, StringComparison.Ordinal));
            }
    }

    // {name} stands for the text of a file.
    private LoadedWebConfig? Load(string yaml, out List<string> errors)
    {
        foreach (var name in new[] { "server.crt", "server.key", "ca.crt" })
            yaml = yaml.Replace($"|{{{name}}}", "|" + fixture.Inline(name), StringComparison.Ordinal);
        File.WriteAllText(fixture.Path, yaml, new UTF8Encoding(false));
        errors = [];
        return LoadedWebConfig.Load(fixture.Path, new FakeTimeProvider(), errors, out _);
    }
}
