namespace NicHangExporter.Web;

/// <summary>What a client's certificate must be: <c>client_auth_type</c>, with the names of Go's crypto/tls.</summary>
internal enum ClientAuthentication
{
    /// <summary>No certificate is requested.</summary>
    NoClientCert,
    /// <summary>One is requested; any is accepted, and none.</summary>
    RequestClientCert,
    /// <summary>One is required, of any issuer.</summary>
    RequireAnyClientCert,
    /// <summary>A certificate must be of a known authority; none is accepted.</summary>
    VerifyClientCertIfGiven,
    /// <summary>One of a known authority is required: the only policy that refuses clients.</summary>
    RequireAndVerifyClientCert,
}
