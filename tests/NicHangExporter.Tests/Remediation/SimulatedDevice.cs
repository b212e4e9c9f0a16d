using NicHangExporter.Linux.Ethtool;
using NicHangExporter.Remediation.Execution;
using NicHangExporter.Remediation.Planning;

namespace NicHangExporter.Tests.Remediation;

/// <summary>
/// A device behind a naive kernel: requests are kept, and what is active follows from them by the rules of
/// <c>netdev_fix_features()</c> at each command, as many rounds as it takes.
/// </summary>
internal sealed class SimulatedDevice(DeviceFacts facts)
{
    /// <summary>The device as it reads now.</summary>
    public DeviceFacts Facts { get; private set; } = facts;

    /// <summary>Intel's drivers keep VLAN stripping and insertion alike; receiving decides.</summary>
    public bool VlanIsOne { get; init; }

    public void Apply(RemediationStep step)
    {
        switch (step)
        {
            case RemediationStep.SetFeature(var name, var on):
                Facts = Facts with { Features = Update(Facts.Features!, name, on) };
                break;
            case RemediationStep.SetEee(var on):
                Facts = Facts with { Eee = Facts.Eee! with { Enabled = on } };
                break;
            case RemediationStep.SetPause(var autonegotiation, var rx, var tx):
                Facts = Facts with { Pause = new PauseParameters(autonegotiation, rx, tx) };
                break;
        }
    }

    /// <summary>Computes the active features from the requested ones, as after any command.</summary>
    public void Settle() => Facts = Facts with { Features = Update(Facts.Features!, "", false) };

    private DeviceFeatures Update(DeviceFeatures features, string name, bool on)
    {
        var wanted = features.All.Where(feature => feature.Name == name ? on
            : feature.Requested).Select(feature => feature.Name).ToHashSet();
        var active = features.All.Where(feature => feature.Changeable ? wanted.Contains(feature.Name)
            : feature.Active).Select(feature => feature.Name).ToHashSet();
        while (Fix(active)) { }
        return new DeviceFeatures([.. features.All.Select(feature => feature with
        {
            Requested = wanted.Contains(feature.Name),
            Active = active.Contains(feature.Name),
        })]);
    }

    private bool Fix(HashSet<string> active)
    {
        var before = active.Count;
        var changed = false;
        if (VlanIsOne)
            changed = active.Contains("rx-vlan-hw-parse") ? active.Add("tx-vlan-hw-insert")
                : active.Remove("tx-vlan-hw-insert");
        var generic = active.Contains("tx-checksum-ip-generic");
        Drop(generic, "tx-checksum-ipv4", "tx-checksum-ipv6");
        Drop(!generic && !active.Contains("tx-checksum-ipv4"), "tx-tcp-segmentation", "tx-tcp-ecn-segmentation",
            "tx-tcp-accecn-segmentation");
        Drop(!generic && !active.Contains("tx-checksum-ipv6"), "tx-tcp6-segmentation");
        Drop(!generic && !(active.Contains("tx-checksum-ipv4") && active.Contains("tx-checksum-ipv6")),
            "tx-udp-segmentation", "tls-hw-tx-offload");
        Drop(!active.Contains("tx-tcp-segmentation"), "tx-tcp-mangleid-segmentation");
        Drop(!active.Contains("tx-tcp-segmentation") && !active.Contains("tx-tcp6-segmentation"),
            "tx-tcp-ecn-segmentation");
        Drop(!active.Contains("tx-scatter-gather"),
            "tx-tcp-segmentation", "tx-tcp-ecn-segmentation", "tx-tcp-mangleid-segmentation", "tx-tcp6-segmentation",
            "tx-tcp-accecn-segmentation", "tx-generic-segmentation");
        Drop(!active.Contains("tx-gso-partial"), "tx-gre-csum-segmentation", "tx-udp_tnl-csum-segmentation");
        Drop(!active.Contains("rx-checksum"), "rx-gro-hw", "tls-hw-rx-offload");
        Drop(active.Contains("rx-fcs"), "rx-lro", "rx-gro-hw");
        Drop(active.Contains("rx-gro-hw"), "rx-lro");
        return changed || active.Count != before;

        void Drop(bool condition, params ReadOnlySpan<string> names)
        {
            if (condition)
                foreach (var name in names)
                    active.Remove(name);
        }
    }
}
