namespace NicHangExporter.Remediation.Planning;

/// <summary>
/// One change of a device. A closed set: plan, apply and verify have an arm for each, and a test fails for a case without arms. The text of
/// <see cref="object.ToString"/> is what journal and answers show.
/// </summary>
internal abstract record RemediationStep
{
    private protected RemediationStep()
    {
    }

    /// <summary>Requests one feature on or off (ETHTOOL_SFEATURES).</summary>
    /// <param name="Name">The kernel's name.</param>
    /// <param name="On">The wish.</param>
    internal sealed record SetFeature(string Name, bool On) : RemediationStep
    {
        public override string ToString() => $"{Name} {(On ? "on" : "off")}";
    }

    /// <summary>Switches Energy-Efficient Ethernet (ETHTOOL_SEEE).</summary>
    internal sealed record SetEee(bool On) : RemediationStep
    {
        public override string ToString() => On ? "eee on" : "eee off";
    }

    /// <summary>Sets flow control by pause frames (ETHTOOL_SPAUSEPARAM).</summary>
    internal sealed record SetPause(bool Autonegotiation, bool Rx, bool Tx) : RemediationStep
    {
        public override string ToString() => this is { Autonegotiation: false, Rx: false, Tx: false }
            ? "pause off"
            : $"pause autoneg={(Autonegotiation ? "on" : "off")} rx={(Rx ? "on" : "off")} tx={(Tx ? "on" : "off")}";
    }

    /// <summary>
    /// Renegotiates, which with some drivers resets the whole adapter (ETHTOOL_NWAY_RST, <see cref="Renegotiations"/>).
    /// Addresses, routes and bridge membership stay.
    /// </summary>
    internal sealed record Reinit : RemediationStep
    {
        public override string ToString() => "reinit";
    }

    /// <summary>Link down, a pause, link up. Routes on the device itself are lost.</summary>
    internal sealed record LinkBounce : RemediationStep
    {
        public override string ToString() => "bounce";
    }
}
