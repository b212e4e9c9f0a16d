using NicHangExporter.Linux.Ethtool;
using NicHangExporter.Remediation.Journaling;

namespace NicHangExporter.Remediation.Planning;

/// <summary>
/// One change of a device. The set is closed: plan, execution and verification have an arm for each case, and a test
/// checks that. Journal and answers show the text of <see cref="object.ToString"/>.
/// </summary>
internal abstract record RemediationStep
{
    private protected RemediationStep()
    {
    }

    /// <summary>Requests one feature on or off (ETHTOOL_SFEATURES).</summary>
    /// <param name="Name">The kernel's name.</param>
    /// <param name="On">The requested state.</param>
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
            : $"pause {PauseText.Format(new PauseParameters(Autonegotiation, Rx, Tx))}";
    }

    /// <summary>
    /// Renegotiates the link; some drivers reset the whole adapter (ETHTOOL_NWAY_RST, <see cref="Renegotiations"/>).
    /// Addresses, routes and bridge membership stay.
    /// </summary>
    internal sealed record Reinit : RemediationStep
    {
        public override string ToString() => "reinit";
    }

    /// <summary>Link down, a pause, link up. Routes of the device itself are lost.</summary>
    internal sealed record LinkBounce : RemediationStep
    {
        public override string ToString() => "bounce";
    }
}
