using System.Buffers;
using System.Text;
using System.Text.Json;

namespace NicHangExporter.Api.Alertmanager;

/// <summary>Why a body is refused.</summary>
/// <param name="Problem">The kind of problem.</param>
/// <param name="Detail">One sentence without any text of the body: Alertmanager logs it.</param>
internal sealed record MessageFault(ApiProblem Problem, string Detail);

/// <summary>Reads the body of a request as a message, or says why it is invalid. Pure.</summary>
internal static class MessageReader
{
    /// <summary>The longest body in bytes: about 1,800 alerts of the usual size.</summary>
    public const int MaxBody = 1 << 20;

    /// <summary>
    /// The highest number of left-out alerts. It is added to a counter, which a wrong number would spoil.
    /// </summary>
    public const ulong MaxTruncated = 1_000_000;

    /// <summary>The most labels of an alert.</summary>
    public const int MaxLabels = 64;

    /// <summary>The longest fingerprint; Alertmanager's have 16 characters.</summary>
    public const int MaxFingerprint = 64;

    private const int MaxLabelBytes = 1024;

    private static readonly SearchValues<char> Plain = SearchValues.Create(
        "abcdefghijklmnopqrstuvwxyzABCDEFGHIJKLMNOPQRSTUVWXYZ0123456789_-");

    /// <summary>Reads a body. Exactly one of the two results is null.</summary>
    public static (AlertmanagerMessage? Message, MessageFault? Fault) Read(ReadOnlySpan<byte> body)
    {
        try
        {
            var message = JsonSerializer.Deserialize(body, AlertmanagerJson.Default.AlertmanagerMessage);
            return FaultOf(message) is { } fault
                ? (null, new MessageFault(ApiProblem.Malformed, fault))
                : (message, null);
        }
        catch (TooManyAlertsException)
        {
            return (null,
                new MessageFault(ApiProblem.TooLarge,
                $"There are more than {BoundedAlerts.Most} alerts in the message."));
        }
        catch (JsonException exception)
        {
            var where = exception.LineNumber is { } line
                ? $", see line {line + 1}, byte {exception.BytePositionInLine + 1}"
                : "";
            return (null,
                new MessageFault(ApiProblem.Malformed, $"The body is no JSON of an Alertmanager notification{where}."));
        }
    }

    private static string? FaultOf(AlertmanagerMessage? message)
    {
        if (message is null)
            return "The body is null.";
        if (message.Version != AlertmanagerMessage.KnownVersion)
            return "The version of the payload is not \"4\".";
        if (message.Alerts is not { } alerts)
            return "There is no list of alerts.";
        if (message.TruncatedAlerts > MaxTruncated)
            return $"truncatedAlerts is more than {MaxTruncated}, and no group has so many.";
        for (var index = 0; index < alerts.Count; index++)
            if (FaultOf(alerts[index]) is { } fault)
                return $"alerts[{index}] {fault}.";
        return null;
    }

    private static string? FaultOf(PostedAlert alert)
    {
        if (alert.Status is not ("firing" or "resolved"))
            return "is neither firing nor resolved";
        if (alert.StartsAt is null)
            return "has no startsAt";
        if (alert.Fingerprint is not { Length: > 0 and <= MaxFingerprint } fingerprint
            || fingerprint.AsSpan().ContainsAnyExcept(Plain))
            return "has no fingerprint, or one that can't be";
        if (alert.Labels is not { } labels)
            return "has no labels";
        if (labels.Count > MaxLabels)
            return $"has more than {MaxLabels} labels";
        foreach (var (name, value) in labels)
            if (value is null || IsLong(name) || IsLong(value))
                return $"has a label that is null or longer than {MaxLabelBytes} bytes";
        return null;
    }

    private static bool IsLong(string text) =>
        text.Length > MaxLabelBytes || Encoding.UTF8.GetByteCount(text) > MaxLabelBytes;
}
