using System.Reflection;
using System.Text;
using Microsoft.Extensions.Logging;
using NicHangExporter.Hosting;

namespace NicHangExporter.Tests.Baselines;

/// <summary>
/// The log's schema: which events there are, with number, level and fields. The texts of the messages and the names of
/// the methods and loggers are none of it: neither format writes the logger's category.
/// </summary>
public sealed class GoldenLogEventsTests
{
    [Fact]
    public void LogEvents_OfTheProgram_AreTheGoldenFile()
    {
        Assert.NotEmpty(LogProbe.Methods);
        using var probe = new LogProbe();
        var text = new StringBuilder("ts, level, msg and event_id are in each line.\n");
        foreach (var line in LogProbe.Methods.Select(probe.Line).Distinct().Order(StringComparer.Ordinal))
            text.Append($"{line}\n");

        GoldenFile.AssertIs("log-events.txt", text.ToString());
    }

    // The queue of the log writes this one by itself, without a method.
    [Fact]
    public void Numbers_OfTheEvents_AreAllUsed() => Assert.Equal(
        typeof(EventIds).GetFields().Select(field => (int)field.GetRawConstantValue()!).Order(),
        LogProbe.Methods.Select(method => method.GetCustomAttribute<LoggerMessageAttribute>()!.EventId)
            .Append(EventIds.LogDropped).Distinct().Order());
}
