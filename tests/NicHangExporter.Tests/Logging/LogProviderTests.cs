using Microsoft.Extensions.Logging;
using NicHangExporter.Logging;
using Serilog;
using Serilog.Core;
using Serilog.Events;

namespace NicHangExporter.Tests.Logging;

public sealed class LogProviderTests : IDisposable
{
    private static readonly EventId Number = new(4001, "Name");

    private readonly EventList _events = new();
    private readonly Logger _log;
    private readonly LogProvider _provider;

    public LogProviderTests()
    {
        _log = new LoggerConfiguration().MinimumLevel.Information()
            .MinimumLevel.Override("Microsoft", LogEventLevel.Warning)
            .WriteTo.Sink(_events).CreateLogger();
        _provider = new LogProvider(_log, TimeProvider.System);
    }

    public void Dispose()
    {
        _provider.Dispose();
        _log.Dispose();
    }

    [Fact]
    public void Event_WithTemplateAndValues_HasThemAndItsNumber()
    {
        var exception = new InvalidOperationException("why");
        KeyValuePair<string, object?>[] state =
            [new("Device", "eth0"), new("Count", 2), new("{OriginalFormat}", "{Device} hung {Count} times")];

        Log("NicHangExporter.Test", LogLevel.Error, state, exception);

        var written = Assert.Single(_events.Written);
        Assert.Equal("eth0 hung 2 times", LogFields.Message(written));
        Assert.Equal(LogEventLevel.Error, written.Level);
        Assert.Same(exception, written.Exception);
        Assert.Equal([("device", "eth0"), ("count", 2), ("event_id", (object)4001)], LogFields.Of(written));
    }

    [Fact]
    public void Text_WithBraces_IsNoTemplate()
    {
        Log("NicHangExporter.Test", LogLevel.Information, "a {brace}", exception: null);

        Assert.Equal("a {brace}", LogFields.Message(Assert.Single(_events.Written)));
    }

    [Fact]
    public void Event_BelowTheLevelOfItsSource_IsDropped()
    {
        Log("Microsoft.AspNetCore", LogLevel.Information, "started", exception: null);
        Log("NicHangExporter.Test", LogLevel.Debug, "detail", exception: null);
        Log("NicHangExporter.Test", LogLevel.None, "never", exception: null);

        Assert.Empty(_events.Written);
    }

    private void Log<T>(string source, LogLevel level, T state, Exception? exception) =>
        _provider.CreateLogger(source).Log(level, Number, state, exception, (text, _) => text?.ToString() ?? "");

    private sealed class EventList : ILogEventSink
    {
        public List<LogEvent> Written { get; } = [];

        public void Emit(LogEvent logEvent) => Written.Add(logEvent);
    }
}
