using System.Text;
using Microsoft.Extensions.Time.Testing;
using NicHangExporter.Web;

namespace NicHangExporter.Tests.Web;

/// <summary>
/// The format of exporter-toolkit: what is accepted, and one clear line with the place of an error for what is not.
/// </summary>
public sealed class WebConfigFileTests(WebConfigFixture fixture) : IClassFixture<WebConfigFixture>
{
    private const string Tls = "tls_server_config:\n  cert_file: server.crt\n  key_file: server.key\n";
    private const string Hash = "$2y$10$QOauhQNbBCuQDKes6eFzPeMqBSjb7Mr5DUmpZ/VcEd00UAV/LDeSi";
    private const string Canary = "canary-7f3a9c51e2d84b06";

    public static TheoryData<string, string> Good => new()
    {
        { "nothing", "" },
        { "a comment", "# TLS comes later\n" },
        { "an empty document", "---\n" },
        { "an empty mapping", "{}\n" },
        { "null", "~\n" },
        { "empty sections", "tls_server_config:\nhttp_server_config:\nbasic_auth_users:\nrate_limit:\n" },
        { "empty mappings", "tls_server_config: {}\nhttp_server_config: {}\nbasic_auth_users: {}\n" },
        { "certificate and key", Tls },
        { "the same in quotes", "tls_server_config: {'cert_file': \"server.crt\", 'key_file': 'server.key'}\n" },
        { "an RSA key", "tls_server_config: {cert_file: rsa.crt, key_file: rsa.key}\n" },
        { "a chain", "tls_server_config: {cert_file: chain.crt, key_file: server.key}\n" },
        { "the certificate in the file", "tls_server_config:\n  cert: |{server.crt}\n  key: |{server.key}\n" },
        { "the certificate named, the key in the file",
            "tls_server_config:\n  cert_file: server.crt\n  key: |{server.key}\n" },
        { "verified clients", Tls + "  client_auth_type: RequireAndVerifyClientCert\n  client_ca_file: ca.crt\n" },
        { "verified clients, authority in the file",
            Tls + "  client_auth_type: RequireAndVerifyClientCert\n  client_ca: |{ca.crt}\n" },
        { "verified clients if any", Tls + "  client_auth_type: VerifyClientCertIfGiven\n" },
        { "clients with any certificate", Tls + "  client_auth_type: RequireAnyClientCert\n" },
        { "the old name for it", Tls + "  client_auth_type: RequireClientCert\n" },
        { "clients that are asked", Tls + "  client_auth_type: RequestClientCert\n" },
        { "no client certificate", Tls + "  client_auth_type: NoClientCert\n" },
        { "named clients",
            Tls + "  client_auth_type: RequireAndVerifyClientCert\n  client_ca_file: ca.crt\n  client_allowed_sans:\n  "
            + "  - prometheus.example.net\n    - 192.0.2.7\n" },
        { "TLS 1.3 only", Tls + "  min_version: TLS13\n" },
        { "TLS 1.2 only, with suites",
            Tls + "  min_version: TLS12\n  max_version: TLS12\n  cipher_suites:\n  - "
            + "TLS_ECDHE_RSA_WITH_AES_128_GCM_SHA256\n  - TLS_ECDHE_RSA_WITH_AES_256_GCM_SHA384\n" },
        { "all suites",
            Tls + "  cipher_suites: [TLS_ECDHE_ECDSA_WITH_AES_128_GCM_SHA256, TLS_ECDHE_ECDSA_WITH_AES_256_GCM_SHA384, "
            + "TLS_ECDHE_RSA_WITH_AES_128_GCM_SHA256, TLS_ECDHE_RSA_WITH_AES_256_GCM_SHA384, "
            + "TLS_ECDHE_ECDSA_WITH_CHACHA20_POLY1305_SHA256, TLS_ECDHE_RSA_WITH_CHACHA20_POLY1305_SHA256, "
            + "TLS_AES_128_GCM_SHA256, TLS_AES_256_GCM_SHA384, TLS_CHACHA20_POLY1305_SHA256, "
            + "TLS_ECDHE_ECDSA_WITH_AES_128_CBC_SHA, TLS_ECDHE_ECDSA_WITH_AES_256_CBC_SHA, "
            + "TLS_ECDHE_RSA_WITH_AES_128_CBC_SHA, TLS_ECDHE_RSA_WITH_AES_256_CBC_SHA]\n" },
        { "the server's order, which is the only one", Tls + "  prefer_server_cipher_suites: false\n" },
        { "no HTTP/2",
            Tls + "  cipher_suites: [TLS_ECDHE_RSA_WITH_AES_256_GCM_SHA384]\n  max_version: "
            + "TLS12\nhttp_server_config:\n  http2: false\n" },
        { "curves, none of them", Tls + "  curve_preferences: []\n" },
        { "headers",
            "http_server_config:\n  headers:\n    X-Frame-Options: deny\n    Strict-Transport-Security: "
            + "max-age=31536000; includeSubDomains\n    X-Content-Type-Options: nosniff\n    X-XSS-Protection: 1\n    "
            + "Content-Security-Policy: \"default-src 'self' *.test.example.net\"\n" },
        { "a blank header", "http_server_config: {headers: {X-Frame-Options: , X-XSS-Protection: ''}}\n" },
        { "users", $"basic_auth_users:\n  alice: {Hash}\n  bob: $2b$18{Hash[6..]}\n  'carol of the lab': "
            + $"$2a$04{Hash[6..]}\n" },
        { "users and TLS", Tls + $"basic_auth_users: {{alice: {Hash}}}\n" },
        { "a limit", "rate_limit:\n  interval: 1s\n  burst: 20\n" },
        { "switches in the words of YAML 1.1",
            Tls + "  prefer_server_cipher_suites: Yes\nhttp_server_config: {http2: off}\n" },
        { "the mark of its encoding", "\uFEFF" + Tls },
        { "the line ends of another system", Tls.Replace("\n", "\r\n", StringComparison.Ordinal) },
        { "a limit of none", "rate_limit: {interval: 0, burst: 0}\n" },
    };

    public static TheoryData<string, string, int, string> Bad => new()
    {
        { "no YAML", "tls_server_config: {cert_file: server.crt\n", 2, "" },
        { "a tab", "tls_server_config:\n\tcert_file: server.crt\n", 2, "" },
        { "a quote that is not closed", "rate_limit:\n  interval: '1s\n  burst: 2\n", 2, "" },
        { "one word", "hWkNKCp3fvIx3jKnsaBI\n", 1, "a mapping" },
        { "a list", "- tls_server_config\n", 1, "a mapping" },
        { "two documents", "{}\n---\n{}\n", 2, "a second one" },
        { "an alias", "basic_auth_users: &a {}\nhttp_server_config: *a\n", 1, "aliases" },
        { "a tag", "basic_auth_users: !!set {}\n", 1, "tags" },
        { "a list as key", "? [a]\n: b\n", 1, "a key" },
        { "nesting without end", "rate_limit: " + new string('[', 10_000) + "\n", 1, "nested too deeply" },
        { "an unknown section", "tls_config: {}\n", 1, "unknown key 'tls_config'" },
        { "a key that is a secret", $"basic_auth_users: {{}}\nalice:{Canary}+: \n", 2, "not shown" },
        { "a key with a line end in it", "\"tls_server_config\\nlevel=info msg=fine\": {}\n", 1, "not shown" },
        { "a suite with a line end in it", Tls + "  cipher_suites: [\"TLS\\nlevel=info msg=fine\"]\n", 4,
            "TLS?level=info" },
        { "an escape of half a character", "\"\\ud800\": {}\n", 1, "" },
        { "an escape beyond all characters", "\"\\UFFFFFFFF\": {}\n", 1, "" },
        { "a merge of mappings", "tls_server_config:\n  <<: {}\n", 2, "unknown key" },
        { "a key without a blank behind its colon", $"basic_auth_users:\n  alice:{Hash}\n", 1, "further keys" },
        { "a section twice", "rate_limit: {}\nrate_limit: {}\n", 2, "set twice" },
        { "a section in capitals", "TLS_SERVER_CONFIG: {}\n", 1, "unknown key" },
        { "a section that is a value", "tls_server_config: server.crt\n", 1, "further keys" },
        { "a section that is a list", "http_server_config: [http2]\n", 1, "further keys" },
        { "an unknown key", Tls + "  cert_filse: x\n", 4, "did you mean 'cert_file'" },
        { "a key twice", Tls + "  key_file: server.key\n", 4, "set twice" },
        { "a key that is a list", "tls_server_config:\n  cert_file: [server.crt]\n  key_file: server.key\n", 2,
            "single value" },
        { "no certificate", "tls_server_config:\n  key_file: server.key\n", 2, "needs cert_file" },
        { "an empty certificate path", "tls_server_config:\n  cert_file: ''\n  key_file: server.key\n", 2,
            "needs cert_file" },
        { "no key", "tls_server_config:\n  cert_file: server.crt\n", 2, "needs key_file" },
        { "an empty key", "tls_server_config:\n  cert_file: server.crt\n  key: ''\n", 2, "needs key_file" },
        { "the certificate twice",
            "tls_server_config:\n  cert: |{server.crt}\n  key_file: server.key\n  cert_file: server.crt\n", -1,
            "both set" },
        { "a certificate that is not there", "tls_server_config:\n  cert_file: somefile\n  key_file: server.key\n", 2,
            "No such file" },
        { "a key that is not there", "tls_server_config:\n  cert_file: server.crt\n  key_file: somefile\n", 3,
            "No such file" },
        { "a directory", "tls_server_config:\n  cert_file: /tmp\n  key_file: server.key\n", 2, "s a directory" },
        { "an endless device", "tls_server_config:\n  cert_file: /dev/zero\n  key_file: server.key\n", 2,
            "longer than 1 MiB" },
        { "a file of NULs", "tls_server_config:\n  cert_file: zero.crt\n  key_file: server.key\n", 2, "NUL" },
        { "an empty certificate", "tls_server_config:\n  cert_file: empty.crt\n  key_file: server.key\n", 2,
            "no certificate" },
        { "a damaged certificate", "tls_server_config:\n  cert_file: rubbish.crt\n  key_file: server.key\n", 2,
            "can't be read" },
        { "a key for a certificate", "tls_server_config:\n  cert_file: server.key\n  key_file: server.key\n", 2,
            "no certificate" },
        { "a certificate for a key", "tls_server_config:\n  cert_file: server.crt\n  key_file: server.crt\n", 3,
            "no private key" },
        { "another certificate's key", "tls_server_config:\n  cert_file: server.crt\n  key_file: sec1.key\n", 3,
            "no private key" },
        { "a key of another kind", "tls_server_config:\n  cert_file: server.crt\n  key_file: rsa.key\n", 3,
            "no private key" },
        { "an encrypted key", "tls_server_config:\n  cert_file: server.crt\n  key_file: encrypted.key\n", 3,
            "encrypted" },
        { "a secret where a key should be", $"tls_server_config:\n  cert_file: server.crt\n  key: {Canary}\n", 3,
            "no private key" },
        { "versions without a certificate", "tls_server_config:\n  min_version: TLS13\n", 2, "needs cert_file" },
        { "an invented policy", Tls + "  client_auth_type: VerifyClientCert\n", 4, "must be one of" },
        { "a policy in small letters", Tls + "  client_auth_type: requireandverifyclientcert\n", 4, "must be one of" },
        { "a policy by its number", Tls + "  client_auth_type: 4\n", 4, "must be one of" },
        { "verified by nobody", Tls + "  client_auth_type: RequireAndVerifyClientCert\n", 4, "needs client_ca_file" },
        { "authorities and no policy", Tls + "  client_ca_file: ca.crt\n", 4, "client_auth_type" },
        { "authorities and the policy to ask nobody",
            Tls + "  client_auth_type: NoClientCert\n  client_ca_file: ca.crt\n", 5, "client_auth_type" },
        { "authorities that are not there",
            Tls + "  client_auth_type: RequireAndVerifyClientCert\n  client_ca_file: somefile\n", 5, "No such file" },
        { "no authorities", Tls + "  client_auth_type: RequireAndVerifyClientCert\n  client_ca_file: /dev/null\n", 5,
            "no certificate" },
        { "an authority that is none",
            Tls + "  client_auth_type: RequireAndVerifyClientCert\n  client_ca_file: server.crt\n", 5,
            "no root certificate" },
        { "names and no policy", Tls + "  client_allowed_sans: [a]\n", 4, "RequireAndVerifyClientCert" },
        { "names and an optional certificate",
            Tls + "  client_auth_type: VerifyClientCertIfGiven\n  client_ca_file: ca.crt\n  client_allowed_sans: [a]\n",
            6, "RequireAndVerifyClientCert" },
        { "a list of no names", Tls + "  client_auth_type: RequireAnyClientCert\n  client_allowed_sans: []\n", 5,
            "nobody" },
        { "a name that is no list", Tls + "  client_auth_type: RequireAnyClientCert\n  client_allowed_sans: {a: b}\n",
            5, "" },
        { "an invented version", Tls + "  min_version: TLS111\n", 4, "TLS12 or TLS13" },
        { "a version that broke long ago", Tls + "  min_version: TLS10\n", 4, "TLS10 is not supported" },
        { "another", Tls + "  max_version: TLS11\n", 4, "TLS11 is not supported" },
        { "versions the wrong way round", Tls + "  min_version: TLS13\n  max_version: TLS12\n", 4,
            "higher than max_version" },
        { "an invented suite", Tls + "  cipher_suites: [TLS_ECDHE_ECDSA_WITH_AES_128_GCM_SHA2048]\n", 4,
            "SHA2048' is unknown" },
        { "a weak suite", Tls + "  cipher_suites: [TLS_RSA_WITH_RC4_128_SHA, TLS_ECDHE_RSA_WITH_AES_128_GCM_SHA256]\n",
            4, "too weak" },
        { "a suite that is no list", Tls + "  cipher_suites: TLS_AES_128_GCM_SHA256\n", 4, "list of values" },
        { "curves", Tls + "  curve_preferences: [X25519]\n", 4, "not supported by this program" },
        { "an order that is neither", Tls + "  prefer_server_cipher_suites: maybe\n", 4, "neither true nor false" },
        { "an HTTP/2 that is neither", "http_server_config:\n  http2: maybe\n", 2, "neither true nor false" },
        { "an unknown HTTP key", "http_server_config:\n  http3: true\n", 2, "did you mean 'http2'" },
        { "a header that can't be set", "http_server_config:\n  headers:\n    Content-Type: foo\n", 3, "unknown key" },
        { "a header in small letters", "http_server_config: {headers: {x-frame-options: deny}}\n", 1,
            "did you mean 'X-Frame-Options'" },
        { "another frame", "http_server_config: {headers: {X-Frame-Options: foo}}\n", 1, "deny or sameorigin" },
        { "another sniffer", "http_server_config: {headers: {X-Content-Type-Options: sniff}}\n", 1, "nosniff" },
        { "a header that splits the answer",
            "http_server_config: {headers: {X-XSS-Protection: \"1\\r\\nSet-Cookie: a=b\"}}\n", 1, "printable ASCII" },
        { "a header in another alphabet", "http_server_config: {headers: {Content-Security-Policy: käse}}\n", 1,
            "printable ASCII" },
        { "headers in a list", "http_server_config: {headers: [deny]}\n", 1, "further keys" },
        { "users in a list", "basic_auth_users: [alice]\n", 1, "further keys" },
        { "a password in the clear", $"basic_auth_users:\n  john: {Canary}\n", 2, "htpasswd" },
        { "no hash", "basic_auth_users:\n  john:\n", 2, "htpasswd" },
        { "a hash of another kind", "basic_auth_users:\n  john: $apr1$" + Canary + "\n", 2, "htpasswd" },
        { "a torn hash", $"basic_auth_users:\n  john: {Hash[..^1]}\n", 2, "htpasswd" },
        { "a hash with something behind it", $"basic_auth_users:\n  john: '{Hash}:'\n", 2, "htpasswd" },
        { "a hash that takes a day", $"basic_auth_users:\n  john: $2y$31{Hash[6..]}\n", 2, "cost" },
        { "a hash that takes no time", $"basic_auth_users:\n  john: $2y$03{Hash[6..]}\n", 2, "cost" },
        { "a user twice", $"basic_auth_users:\n  john: {Hash}\n  john: {Hash}\n", 3, "set twice" },
        { "a user with a colon", $"basic_auth_users:\n  'jo:hn': {Hash}\n", 2, "a colon" },
        { "a user without a name", $"basic_auth_users:\n  '': {Hash}\n", 2, "not empty" },
        { "a hash in a list", $"basic_auth_users:\n  john: [{Hash}]\n", 2, "single value" },
        { "a limit that lets nobody in", "rate_limit:\n  interval: 1s\n  burst: 0\n", 2, "at least 1" },
        { "a limit without a burst", "rate_limit:\n  interval: 1s\n", 2, "at least 1" },
        { "a limit without a unit", "rate_limit:\n  interval: 10\n  burst: 1\n", 2, "a unit" },
        { "a negative limit", "rate_limit:\n  interval: -1s\n  burst: 1\n", 2, "no duration" },
        { "a burst of words", "rate_limit:\n  interval: 1s\n  burst: many\n", 3, "no whole number" },
        { "an unknown limit", "rate_limit:\n  interval: 1s\n  burst: 1\n  delay: 3\n", 4, "unknown key" },
        { "a NUL", "rate_limit: {}\0tls_server_config: {}\n", 0, "NUL" },
    };

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
