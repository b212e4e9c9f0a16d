using System.Collections.Immutable;
using System.Net.Security;

namespace NicHangExporter.Web;

/// <summary>
/// The cipher suites that <c>cipher_suites</c> may name: those that Go's crypto/tls calls secure, as in
/// exporter-toolkit.
/// </summary>
internal static class CipherSuites
{
    /// <summary>The suites of TLS 1.3. Naming one has no effect: TLS 1.3 always offers all three.</summary>
    public static readonly ImmutableArray<TlsCipherSuite> Tls13 =
        [TlsCipherSuite.TLS_AES_128_GCM_SHA256, TlsCipherSuite.TLS_AES_256_GCM_SHA384,
            TlsCipherSuite.TLS_CHACHA20_POLY1305_SHA256];

    /// <summary>The suites of TLS 1.2.</summary>
    public static readonly ImmutableArray<TlsCipherSuite> Tls12 =
    [
        TlsCipherSuite.TLS_ECDHE_ECDSA_WITH_AES_128_GCM_SHA256,
        TlsCipherSuite.TLS_ECDHE_RSA_WITH_AES_128_GCM_SHA256,
        TlsCipherSuite.TLS_ECDHE_ECDSA_WITH_AES_256_GCM_SHA384,
        TlsCipherSuite.TLS_ECDHE_RSA_WITH_AES_256_GCM_SHA384,
        TlsCipherSuite.TLS_ECDHE_ECDSA_WITH_CHACHA20_POLY1305_SHA256,
        TlsCipherSuite.TLS_ECDHE_RSA_WITH_CHACHA20_POLY1305_SHA256,
        TlsCipherSuite.TLS_ECDHE_ECDSA_WITH_AES_128_CBC_SHA,
        TlsCipherSuite.TLS_ECDHE_RSA_WITH_AES_128_CBC_SHA,
        TlsCipherSuite.TLS_ECDHE_ECDSA_WITH_AES_256_CBC_SHA,
        TlsCipherSuite.TLS_ECDHE_RSA_WITH_AES_256_CBC_SHA,
    ];

    /// <summary>The suite of that name; null for an unknown or weak one.</summary>
    public static TlsCipherSuite? Parse(string name)
    {
        foreach (var suite in Tls13.AddRange(Tls12))
            if (suite.ToString() == name)
                return suite;
        return null;
    }
}
