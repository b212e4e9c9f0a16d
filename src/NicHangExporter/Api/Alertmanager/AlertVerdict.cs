using System.Text.Json.Serialization;
using NicHangExporter.Remediation;

namespace NicHangExporter.Api.Alertmanager;

/// <summary>
/// What becomes of one alert. Whatever it is, the message was delivered: the status of the answer is 200.
/// </summary>
[JsonConverter(typeof(SnakeCaseConverter<AlertVerdict>))]
internal enum AlertVerdict
{
    /// <summary>It is in the journal and will be acted on, as far as the door lets it.</summary>
    Accepted,
    /// <summary>It was accepted before: a repetition, or the other Alertmanager of a pair.</summary>
    Duplicate,
    /// <summary>The device passes traffic and is cooling down from the last remediation.</summary>
    Cooldown,
    /// <summary>It is about another host, or does not say about which.</summary>
    NotMine,
    /// <summary>
    /// No hang of the device is seen here: it is over, it was never there, or somebody wants it to be believed.
    /// </summary>
    NotHung,
    /// <summary>It names no device, or none that is watched here.</summary>
    UnknownDevice,
    /// <summary>It is over. Nothing is done about that.</summary>
    ResolvedNoted,
    /// <summary>The configuration, a quarantine, the kill switch or the kind of the device forbids it.</summary>
    NotAllowed,
}
