using System.Globalization;
using Serilog.Events;
using Serilog.Formatting;

namespace NicHangExporter.Logging;

/// <summary>
/// Writes each event as <c>ts=… level=… msg="…" device=eth0</c>, as Prometheus programs do. Control characters are
/// escaped.
/// </summary>
internal sealed class LogfmtFormatter : ITextFormatter
{
    public void Format(LogEvent logEvent, TextWriter output)
    {
        output.Write("ts=");
        output.Write(
            logEvent.Timestamp.UtcDateTime.ToString("yyyy-MM-dd'T'HH:mm:ss.fff'Z'", CultureInfo.InvariantCulture));
        output.Write(" level=");
        output.Write(LogFields.Level(logEvent.Level));
        Write(output, "msg", LogFields.Message(logEvent));
        foreach (var (key, value) in LogFields.Of(logEvent))
            Write(output, key, Convert.ToString(value, CultureInfo.InvariantCulture) ?? "");
        if (logEvent.Exception is { } exception)
            Write(output, "error", exception.ToString());
        output.WriteLine();
    }

    private static void Write(TextWriter output, string key, string value)
    {
        output.Write(' ');
        output.Write(key);
        output.Write('=');
        if (value.Length > 0
            && value.All(character => character is > ' ' and not ('"' or '=' or '\\') && !char.IsControl(character)))
        {
            output.Write(value);
            return;
        }
        output.Write('"');
        foreach (var character in value)
            output.Write(character switch
            {
                '"' => "\\\"",
                '\\' => @"\\",
                '\n' => "\\n",
                _ when char.IsControl(character) => string.Create(
                    CultureInfo.InvariantCulture, $"\\x{(int)character:x2}"),
                _ => character.ToString(),
            });
        output.Write('"');
    }
}
