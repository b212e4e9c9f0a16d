using System.Text.Json.Serialization;

namespace NicHangExporter.Remediation;

/// <summary>Who asks for a remediation.</summary>
[JsonConverter(typeof(SnakeCaseConverter<RemediationTrigger>))]
internal enum RemediationTrigger
{
    /// <summary>The local loop: a hang that this process has seen itself.</summary>
    Local,
    /// <summary>A person at the console, as root or as the user of the daemon.</summary>
    Cli,
    /// <summary>A person or program with a credential.</summary>
    Api,
    /// <summary>Alertmanager.</summary>
    Webhook,
    /// <summary>Something has undone what was decided before.</summary>
    Drift,
}
