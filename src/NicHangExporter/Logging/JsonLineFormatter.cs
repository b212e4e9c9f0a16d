using System.Buffers;
using System.Globalization;
using System.Text;
using System.Text.Json;
using Serilog.Events;
using Serilog.Formatting;

namespace NicHangExporter.Logging;

/// <summary>Writes each event as one JSON object on one line, with the keys of <see cref="LogfmtFormatter"/>.</summary>
internal sealed class JsonLineFormatter : ITextFormatter
{
    public void Format(LogEvent logEvent, TextWriter output)
    {
        var buffer = new ArrayBufferWriter<byte>(256);
        using (var json = new Utf8JsonWriter(buffer))
        {
            json.WriteStartObject();
            json.WriteString(
                "ts",
                logEvent.Timestamp.UtcDateTime.ToString("yyyy-MM-dd'T'HH:mm:ss.fff'Z'", CultureInfo.InvariantCulture));
            json.WriteString("level", LogFields.Level(logEvent.Level));
            json.WriteString("msg", LogFields.Message(logEvent));
            foreach (var (key, value) in LogFields.Of(logEvent))
                switch (value)
                {
                    case long or int or ulong:
                        json.WriteNumber(key, Convert.ToDecimal(value, CultureInfo.InvariantCulture));
                        break;
                    case double number when double.IsFinite(number):
                        json.WriteNumber(key, number);
                        break;
                    case bool flag:
                        json.WriteBoolean(key, flag);
                        break;
                    default:
                        json.WriteString(key, Convert.ToString(value, CultureInfo.InvariantCulture));
                        break;
                }
            if (logEvent.Exception is { } exception)
                json.WriteString("error", exception.ToString());
            json.WriteEndObject();
        }
        output.WriteLine(Encoding.UTF8.GetString(buffer.WrittenSpan));
    }
}
