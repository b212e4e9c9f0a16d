using NicHangExporter.Linux;
using NicHangExporter.Logging;
using Serilog.Events;
using Serilog.Formatting;
using Serilog.Parsing;

namespace NicHangExporter.Tests.Logging;

public sealed class FormatterTests
{
    [Fact]
    public void Json_Numbers_AreNumbers() =>
        Assert.Equal(
            """{"ts":"1970-01-01T00:00:00.000Z","level":"warn","msg":"4.5 s, 3 """
                + """reports of eno1","seconds":4.5,"reports":3,"bus_address":"eno1"}""" + Environment.NewLine,
            Format(
                new JsonLineFormatter(), "{Seconds} s, {Reports} reports of {BusAddress}", ("Seconds", 4.5),
                ("Reports", 3), ("BusAddress", "eno1")));

    [Fact]
    public void Logfmt_HostileText_StaysOneFieldOnOneLine() =>
        Assert.Equal(
            "ts=1970-01-01T00:00:00.000Z level=warn msg=\"on a\\\" b=\\\\\\n\\x1b[0m\" device=\"a\\\" "
            + "b=\\\\\\n\\x1b[0m\""
                + Environment.NewLine,
            Format(new LogfmtFormatter(), "on {Device}", ("Device", "a\" b=\\\n\x1b[0m")));

    private static string Format(ITextFormatter formatter, string template, params (string Name, object Value)[] values)
    {
        using var line = new StringWriter();
        formatter.Format(
            new LogEvent(
                DateTimeOffset.UnixEpoch, LogEventLevel.Warning, null, new MessageTemplateParser().Parse(template),
            values.Select(value => new LogEventProperty(value.Name, new ScalarValue(value.Value)))), line);
        return line.ToString();
    }
}
