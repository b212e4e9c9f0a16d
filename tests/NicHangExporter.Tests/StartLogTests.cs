using System.Text.RegularExpressions;
using Microsoft.Extensions.Logging;
using NicHangExporter.Hosting;
using NicHangExporter.Logging;
using NicHangExporter.Options;
using NicHangExporter.Remediation;
using Serilog;
using Serilog.Core;
using Serilog.Events;

namespace NicHangExporter.Tests;

/// <summary>The log messages of the start, as a person sees them.</summary>
public sealed class StartLogTests
{
    private static readonly RemediationStatus Status = new()
    {
        Modes = new Dictionary<string, string> { ["local"] = "enforce", ["webhook"] = "off", ["api"] = "observe" },
        Paused = false,
        JournalWritable = true,
        Capable = true,
        HostBudgetLeft = 12,
        CommandSeconds = 0,
        ApiOn = true,
        Devices =
        [
            new DeviceStatus("eno1", "0000:00:1f.6", "e1000e") { Present = true, Watched = true },
            NotAllowed("eno2", "0000:02:00.0"),
            NotAllowed("eno3", "0000:03:00.0"),
            new DeviceStatus("veth0", "", "veth")
            {
                Present = true,
                Listed = true,
                NotProtected = NotProtected.NotWatched,
            },
            new DeviceStatus("veth1", "", "veth") { Present = true, NotProtected = NotProtected.NotWatched },
            new DeviceStatus("gone0", "", "igb"),
        ],
    };

    [Fact]
    public void EveryFact_IsOnALineOfItsOwn() => Assert.Equal(
        """
        level=info msg="These network devices are watched for hangs" devices="eno1, eno2, eno3" event_id=2020
        level=info msg="Modes of remediation" local=enforce webhook=off api=observe event_id=3030
        level=info msg="The API under /api/v1, which api.token-file turns on" api=on event_id=5003
        level=info msg="Hangs of these devices are healed automatically" devices=eno1 event_id=3032
        level=info msg="Hangs of these devices are not healed automatically" devices=veth0 reason=not_watched explanation="not watched: --collector.virtual watches virtual devices too, device.max is the limit" event_id=3033
        level=info msg="Hangs of these devices are not healed automatically" devices="eno2, eno3" reason=not_allowed explanation="not in remediation.devices" event_id=3033

        """, Log(logger => StartLog.Tell(logger, Status, [])));

    [Fact]
    public void ModeWithoutEffect_IsAWarning() => Assert.Contains(
        "level=warn msg=\"remediation.webhook is enforce and has no effect: ",
        Log(logger => StartLog.Tell(logger, Status, ConfigurationWarnings.OfModes(
            new ExporterOptions { Remediation = new() { Webhook = RemediationMode.Enforce } }))),
                StringComparison.Ordinal);

    [Fact]
    public void HostWithoutANic_SaysWhatWouldShowTheOthers() => Assert.Contains(
        "devices=\"none: no physical network device is here; --collector.virtual watches the others\"",
        Log(logger => StartLog.Tell(logger, Status with { Devices = [] }, [])), StringComparison.Ordinal);

    [Fact]
    public void ManyDevices_AreCountedBeyondWhatALineHolds() => Assert.Contains(
        "nic15 and 84 more\"", Log(logger => StartLog.Tell(logger, Status with
        {
            Devices = [.. Enumerable.Range(0, 100)
                .Select(number => new DeviceStatus($"nic{number}", "", "igb") { Present = true, Watched = true })],
        }, [])), StringComparison.Ordinal);

    [Fact]
    public void FirstLine_HoldsVersionAndShortRevisionOnce()
    {
        var line = Log(StartLog.Begin);

        Assert.Matches(new Regex(
            "^level=info msg=\"Starting nic-hang-exporter\" version=[^ ]+ revision=[^ ]{1,12} event_id=4001\n$"), line);
    }

    private static DeviceStatus NotAllowed(string device, string bus) =>
        new(device, bus, "igb") { Present = true, Watched = true, NotProtected = NotProtected.NotAllowed };

    private static string Log(Action<Microsoft.Extensions.Logging.ILogger> say)
    {
        using var text = new StringWriter();
        using var log = new LoggerConfiguration().WriteTo.Sink(new TextSink(text)).CreateLogger();
        using (var factory = LoggerFactory.Create(builder => builder.AddProvider(new LogProvider(log, TimeProvider.System))))
            say(factory.CreateLogger("test"));
        return Regex.Replace(text.ToString().ReplaceLineEndings("\n"), "^ts=[^ ]+ ", "", RegexOptions.Multiline);
    }

    private sealed class TextSink(TextWriter output) : ILogEventSink
    {
        private readonly LogfmtFormatter _formatter = new();

        public void Emit(LogEvent logEvent) => _formatter.Format(logEvent, output);
    }
}
