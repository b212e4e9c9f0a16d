namespace NicHangExporter.Remediation.Planning;

/// <summary>What ETHTOOL_NWAY_RST (<c>ethtool -r</c>, the recovery action <c>reinit</c>) does with a driver.</summary>
internal enum RenegotiationEffect
{
    /// <summary>Not known.</summary>
    Unknown,
    /// <summary>The driver resets the whole adapter, its transmit rings included.</summary>
    WholeAdapter,
    /// <summary>The link is negotiated again; the transmit rings stay as they are.</summary>
    LinkOnly,
    /// <summary>The driver has no such operation.</summary>
    None,
}
