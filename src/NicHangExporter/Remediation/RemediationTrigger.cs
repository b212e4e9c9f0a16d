using System.Text.Json.Serialization;
using NicHangExporter.Text;

namespace NicHangExporter.Remediation;

/// <summary>Where a request comes from.</summary>
[JsonConverter(typeof(SnakeCaseConverter<RemediationTrigger>))]
internal enum RemediationTrigger
{
    /// <summary>The local loop: a hang that this process has detected.</summary>
    Local,
    /// <summary>The console, as root or as the user of the daemon.</summary>
    Cli,
    /// <summary>A client of the HTTP API.</summary>
    Api,
    /// <summary>Alertmanager.</summary>
    Webhook,
    /// <summary>A setting that was turned off is on again.</summary>
    Drift,
}
