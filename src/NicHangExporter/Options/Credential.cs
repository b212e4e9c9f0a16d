namespace NicHangExporter.Options;

/// <summary>What a credential may do. The greater includes the lesser.</summary>
internal enum ApiScope
{
    /// <summary>Look: devices, episodes, remediations.</summary>
    Read,
    /// <summary>Ask for remediations, and post alerts.</summary>
    Remediate,
    /// <summary>Roll back, lift a quarantine, set and lift the kill switch.</summary>
    Admin,
}

/// <summary>Who asks, as far as a secret proves it.</summary>
/// <param name="Name">The name that the configuration gives it: it goes into journal and log, the secret never does.</param>
/// <param name="Scope">What it may do.</param>
internal sealed record Credential(string Name, ApiScope Scope)
{
    /// <summary>True where it may do that.</summary>
    public bool May(ApiScope scope) => Scope >= scope;
}
