using System.Globalization;
using System.Text;
using Serilog.Events;
using Serilog.Formatting.Display;

namespace NicHangExporter.Logging;

/// <summary>What both formats take from an event: the placeholders of its message as fields, in the spelling of metric labels.</summary>
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

    /// <summary>The message with its values in place, without the quotation marks that Serilog puts around text.</summary>
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
                yield return ("event_id", id.Properties.Where(property => property.Name == "Id").Select(property => (property.Value as ScalarValue)?.Value).FirstOrDefault());
            else if (name is not ("SourceContext" or "RequestId" or "RequestPath" or "ConnectionId"))
                yield return (SnakeCase(name), value is ScalarValue scalar ? scalar.Value : value.ToString());
    }

    private static string SnakeCase(string name)
    {
        var text = new StringBuilder(name.Length + 4);
        foreach (var character in name)
        {
            if (char.IsAsciiLetterUpper(character) && text.Length > 0)
                text.Append('_');
            text.Append(char.ToLowerInvariant(character));
        }
        return text.ToString();
    }
}
