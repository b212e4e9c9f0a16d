using NicHangExporter.Linux;
using NicHangExporter.Metrics;
using NicHangExporter.Options;

namespace NicHangExporter.Remediation.Policy;

/// <summary>The Linux capabilities of this process, as read at the start from <c>/proc/self/status</c>.</summary>
internal sealed class ProcessCapabilities(ExporterOptions options)
{
    /// <summary>CAP_NET_ADMIN. False until <see cref="Read"/>.</summary>
    public bool HasNetAdmin { get; private set; }

    public void Read() => HasNetAdmin = Has(Capability.NetAdmin);

    /// <summary>Sets <c>nichang_capability_present</c>.</summary>
    public void Publish(ExporterMetrics metrics)
    {
        metrics.CapabilityPresent.WithLabels("net_admin").Set(HasNetAdmin ? 1 : 0);
        metrics.CapabilityPresent.WithLabels("syslog").Set(Has(Capability.SysLog) ? 1 : 0);
    }

    private bool Has(Capability capability) => Capabilities.Effective(options.Paths.Procfs, capability) ?? false;
}
