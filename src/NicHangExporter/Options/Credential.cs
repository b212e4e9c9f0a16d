namespace NicHangExporter.Options;

/// <summary>The permissions of a credential. Each scope includes the ones before it.</summary>
internal enum ApiScope
{
    /// <summary>Read devices, episodes and remediations.</summary>
    Read,
    /// <summary>Request remediations and post alerts.</summary>
    Remediate,
    /// <summary>Roll back, lift a quarantine, set and lift the kill switch.</summary>
    Admin,
}

/// <summary>An authenticated user of the API.</summary>
/// <param name="Name">Its name in the configuration, which journal and log show. They never show the secret.</param>
/// <param name="Scope">Its permissions.</param>
internal sealed record Credential(string Name, ApiScope Scope)
{
    public bool May(ApiScope scope) => Scope >= scope;
}
