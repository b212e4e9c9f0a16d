using System.Text.Json.Serialization;
using NicHangExporter.Text;

namespace NicHangExporter.Api.Alertmanager;

/// <summary>The decision on one alert. The message is delivered in any case: the HTTP status is 200.</summary>
[JsonConverter(typeof(SnakeCaseConverter<AlertVerdict>))]
internal enum AlertVerdict
{
    /// <summary>It is in the journal and will be acted on, as far as the gates of remediation allow.</summary>
    Accepted,
    /// <summary>It was accepted before: a repetition, or the other Alertmanager of a pair.</summary>
    Duplicate,
    /// <summary>The device passes traffic and is cooling down from the last remediation.</summary>
    Cooldown,
    /// <summary>It names another host, or none.</summary>
    NotMine,
    /// <summary>No hang of the device is seen here: it has ended, or there was none.</summary>
    NotHung,
    /// <summary>It names no device, or one that is not watched here.</summary>
    UnknownDevice,
    /// <summary>It is resolved. Nothing is done.</summary>
    ResolvedNoted,
    /// <summary>The configuration, a quarantine, the kill switch or the kind of the device forbids it.</summary>
    NotAllowed,
}
