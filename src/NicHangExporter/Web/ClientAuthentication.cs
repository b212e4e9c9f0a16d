namespace NicHangExporter.Web;

/// <summary>
/// What is asked of a client's certificate: <c>client_auth_type</c>, with the names of Go's crypto/tls.
/// </summary>
internal enum ClientAuthentication
{
    /// <summary>None is asked for.</summary>
    NoClientCert,
    /// <summary>One is asked for, and whatever comes is taken.</summary>
    RequestClientCert,
    /// <summary>There must be one, issued by whoever.</summary>
    RequireAnyClientCert,
    /// <summary>If there is one, it must be of a known authority.</summary>
    VerifyClientCertIfGiven,
    /// <summary>There must be one, of a known authority: the only policy that keeps anybody out.</summary>
    RequireAndVerifyClientCert,
}
