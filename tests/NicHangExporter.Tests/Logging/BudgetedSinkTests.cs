using Microsoft.Extensions.Time.Testing;
using NicHangExporter.Logging;
using NicHangExporter.Remediation;
using Serilog.Core;
using Serilog.Events;
using Serilog.Parsing;

namespace NicHangExporter.Tests.Logging;

/// <summary>Repeated events can't fill the disk, and suppressed lines are counted.</summary>
public sealed class BudgetedSinkTests
{
    private const string Kestrel = "Microsoft.AspNetCore.Server.Kestrel.Connections";
    private const string Own = "NicHangExporter.Remediation.Remediator";

    private readonly FakeTimeProvider _clock = new();
    private readonly List<LogEvent> _written = [];

    [Theory]
    [InlineData(Kestrel, 1)]
    [InlineData("System.Net.Http", 1)]
    [InlineData(Own, BudgetedSink.OwnLines)]
    public void Flood_OfOneKind_IsAFewLinesAMinute_AndTheNextSaysHowManyThereWere(string source, int lines)
    {
        const int Flood = 20_000;
        using var sink = new BudgetedSink(new Recorder(_written), _clock);
        for (var number = 0; number < Flood; number++)
            sink.Emit(Event(source, 24));
        Assert.Equal(lines, _written.Count);
        Assert.All(_written, written => Assert.Null(Suppressed(written)));

        _clock.Advance(TimeSpan.FromMinutes(1));
        sink.Emit(Event(source, 24));
        sink.Emit(Event(source, 24));
        Assert.Equal(Flood - lines, Suppressed(_written[lines]));
        Assert.Equal(lines + Math.Min(lines, 2), _written.Count);
    }

    [Fact]
    public void Kinds_HaveABudgetEach_ByEvent_Source_AndDevice()
    {
        using var sink = new BudgetedSink(new Recorder(_written), _clock);
        for (var number = 0; number < 100; number++)
        {
            sink.Emit(Event(Kestrel, 24));
            sink.Emit(Event(Kestrel, 60));
            sink.Emit(Event("Microsoft.AspNetCore.Server.Kestrel", 24));
            foreach (var device in new[] { "eno1", "eno2" })
                sink.Emit(Event(Own, 3004, device));
        }
        Assert.Equal(3 + 2 * BudgetedSink.OwnLines, _written.Count);
    }

    [Fact]
    public void Devices_OfAWholeHost_LoseNoLine()
    {
        using var sink = new BudgetedSink(new Recorder(_written), _clock);
        for (var device = 0; device < 256; device++)
            for (var line = 0; line < BudgetedSink.OwnLines; line++)
                sink.Emit(Event(Own, 2001, $"eno{device}"));
        Assert.Equal(256 * BudgetedSink.OwnLines, _written.Count);
    }

    [Fact]
    public void Kinds_ThatAreInvented_ShareOneBudget()
    {
        using var sink = new BudgetedSink(new Recorder(_written), _clock);
        for (var number = 0; number < 100_000; number++)
            sink.Emit(Event(Own, number));
        Assert.InRange(_written.Count, 1, 5000);
    }

    [Fact]
    public void Debug_WhichAPersonAskedFor_HasNoLimit()
    {
        using var sink = new BudgetedSink(new Recorder(_written), _clock);
        for (var number = 0; number < 1000; number++)
            sink.Emit(Event(Own, 1, level: LogEventLevel.Debug));
        Assert.Equal(1000, _written.Count);
    }

    private LogEvent Event(string source, int id, string? device = null, LogEventLevel level = LogEventLevel.Warning) =>
        new(
            _clock.GetUtcNow(), level, null, new MessageTemplateParser().Parse("something"),
    [
        new LogEventProperty("SourceContext", new ScalarValue(source)),
        new LogEventProperty("EventId", new StructureValue([new LogEventProperty("Id", new ScalarValue(id))])),
        .. device is null ? Array.Empty<LogEventProperty>() : [new LogEventProperty("Device", new ScalarValue(device))],
    ]);

    private sealed class Recorder(List<LogEvent> written) : ILogEventSink
    {
        public void Emit(LogEvent logEvent) => written.Add(logEvent);
    }

    private static long? Suppressed(LogEvent written) =>
        written.Properties.TryGetValue("Suppressed", out var value) ? (long?)((ScalarValue)value).Value : null;
}
