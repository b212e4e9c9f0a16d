namespace NicHangExporter.Remediation.Planning;

/// <summary>What ETHTOOL_NWAY_RST (<c>ethtool -r</c>, the rung <c>reinit</c>) does with a driver.</summary>
internal enum RenegotiationEffect
{
    /// <summary>Nobody has looked.</summary>
    Unknown,
    /// <summary>The driver resets the whole adapter, its transmit rings included.</summary>
    WholeAdapter,
    /// <summary>The link is negotiated anew; the transmit rings stay as they are.</summary>
    LinkOnly,
    /// <summary>The driver has no such operation.</summary>
    None,
}
