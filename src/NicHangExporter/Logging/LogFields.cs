using System.Globalization;
using System.Text.Json;
using Serilog.Events;
using Serilog.Formatting.Display;

namespace NicHangExporter.Logging;

/// <summary>
/// The fields of an event for both formats: the placeholders of its message, in the spelling of metric labels.
/// </summary>
internal static class LogFields
{
    private static readonly MessageTemplateTextFormatter Literal = new("{Message:lj}", CultureInfo.InvariantCulture);

    public static string Level(LogEventLevel level) => level switch
    {
        LogEventLevel.Verbose or LogEventLevel.Debug => "debug",
        LogEventLevel.Information => "info",
        LogEventLevel.Warning => "warn",
        _ => "error",
    };

    /// <summary>The message with its values, without the quotation marks that Serilog puts around text.</summary>
    public static string Message(LogEvent logEvent)
    {
        using var writer = new StringWriter(CultureInfo.InvariantCulture);
        Literal.Format(logEvent, writer);
        return writer.ToString();
    }

    public static IEnumerable<(string Key, object? Value)> Of(LogEvent logEvent)
    {
        foreach (var (name, value) in logEvent.Properties)
            if (name == "EventId" && value is StructureValue id)
                yield return (
                    "event_id",
                    id.Properties.Where(property => property.Name == "Id")
                        .Select(property => (property.Value as ScalarValue)?.Value)
                        .FirstOrDefault());
            else if (name is not ("SourceContext" or "RequestId" or "RequestPath" or "ConnectionId"))
                yield return (
                    JsonNamingPolicy.SnakeCaseLower.ConvertName(name),
                    value is ScalarValue scalar ? scalar.Value : value.ToString());
    }
}
