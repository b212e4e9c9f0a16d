using System.Net;
using System.Reflection;
using System.Runtime.CompilerServices;
using Microsoft.Extensions.Logging;
using NicHangExporter.Logging;
using NicHangExporter.Options;
using Serilog;
using Serilog.Core;
using Serilog.Events;
using ILogger = Microsoft.Extensions.Logging.ILogger;

namespace NicHangExporter.Tests.Baselines;

/// <summary>
/// Calls the methods that write log events, each with some values, and tells which fields come out at the other end of
/// the program's own logging.
/// </summary>
internal sealed class LogProbe : IDisposable
{
    private const BindingFlags Declared =
        BindingFlags.Static | BindingFlags.Instance | BindingFlags.Public | BindingFlags.NonPublic
        | BindingFlags.DeclaredOnly;

    private readonly EventList _events = new();
    private readonly Logger _serilog;
    private readonly ILoggerFactory _factory;

    public LogProbe()
    {
        _serilog = new LoggerConfiguration().MinimumLevel.Verbose().WriteTo.Sink(_events).CreateLogger();
        _factory = LoggerFactory.Create(builder =>
            builder.SetMinimumLevel(LogLevel.Trace).AddProvider(new LogProvider(_serilog, TimeProvider.System)));
    }

    /// <summary>All methods of the program that write log events.</summary>
    public static List<MethodInfo> Methods { get; } =
    [
        .. typeof(ExporterOptions).Assembly.GetTypes().SelectMany(type => type.GetMethods(Declared))
            .Where(method => method.GetCustomAttribute<LoggerMessageAttribute>() is not null),
    ];

    /// <summary>The line of one method: number, level, and the keys of its fields as both formats have them.</summary>
    public string Line(MethodInfo method)
    {
        _events.Written.Clear();
        var instance = method.IsStatic ? null : Instance(method.DeclaringType!);
        method.Invoke(instance, [.. method.GetParameters().Select(Value)]);
        var written = Assert.Single(_events.Written);
        var fields = LogFields.Of(written).ToDictionary(field => field.Key, field => field.Value);
        Assert.True(fields.Remove("event_id", out var number), $"{method} has no number");
        var keys = fields.Keys.Concat(written.Exception is null ? [] : ["error (exception)"]);
        var text = $"{number} {LogFields.Level(written.Level)}: {string.Join(", ", keys)}";
        return text.TrimEnd(' ', ':');
    }

    /// <inheritdoc/>
    public void Dispose()
    {
        _factory.Dispose();
        _serilog.Dispose();
    }

    // An object of which only the logger is there: these methods ask for nothing else.
    private object Instance(Type type)
    {
        var instance = RuntimeHelpers.GetUninitializedObject(type);
        var field = Assert.Single(
            type.GetFields(BindingFlags.Instance | BindingFlags.NonPublic),
            field => field.FieldType.IsAssignableTo(typeof(ILogger)));
        var categories = field.FieldType.GenericTypeArguments;
        field.SetValue(instance, categories.Length == 0 ? _factory.CreateLogger("probe")
            : Activator.CreateInstance(typeof(Logger<>).MakeGenericType(categories), _factory));
        return instance;
    }

    private object? Value(ParameterInfo parameter) => parameter.ParameterType switch
    {
        var type when type == typeof(ILogger) => _factory.CreateLogger("probe"),
        var type when type == typeof(string) => "text",
        var type when type == typeof(IPAddress) => IPAddress.Loopback,
        var type when type == typeof(Exception) => new InvalidOperationException("probe"),
        { IsValueType: true } type => Activator.CreateInstance(type),
        var type => throw new InvalidOperationException($"no value is known for {type} of {parameter.Member}"),
    };

    private sealed class EventList : ILogEventSink
    {
        public List<LogEvent> Written { get; } = [];

        public void Emit(LogEvent logEvent) => Written.Add(logEvent);
    }
}
