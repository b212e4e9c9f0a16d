namespace NicHangExporter.Options;

/// <summary>The HTTP API and Alertmanager's webhook.</summary>
internal sealed record ApiOptions
{
    /// <summary>The users of the API. Without a user there is no API. An admin's token can lift a quarantine.</summary>
    public IReadOnlyList<TokenFile> TokenFiles { get; init; } = [];

    /// <summary>
    /// Accepts changing requests over plain text from other machines. Anyone who can read the traffic then has the
    /// token.
    /// </summary>
    public bool AllowPlaintext { get; init; }

    /// <summary>
    /// The names of this host in the labels instance, node or nodename of alerts. Empty: its host name, alone and with
    /// the listen ports. If several hosts share a name, each of them acts on the alerts of all of them.
    /// </summary>
    public IReadOnlyList<string> Identities { get; init; } = [];

    /// <summary>True if a token is configured that Alertmanager can post alerts with.</summary>
    public bool HasRemediateToken => TokenFiles.Any(file => file.Credential.May(ApiScope.Remediate));
}
