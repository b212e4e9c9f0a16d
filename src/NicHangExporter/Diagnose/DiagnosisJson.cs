using System.Text.Json.Serialization;
using NicHangExporter.Detection;
using NicHangExporter.Detection.Patterns;
using NicHangExporter.Diagnose.LogText;
using NicHangExporter.Text;

namespace NicHangExporter.Diagnose;

/// <summary>The output of <c>diagnose --format json</c>: one object, whose member names are API.</summary>
/// <param name="Lines">The number of lines read.</param>
/// <param name="Devices">Devices with any count, in the order of the log.</param>
internal sealed record DiagnosisJson(long Lines, IReadOnlyList<DiagnosisJson.Entry> Devices)
{
    /// <summary>
    /// The system that wrote the log: linux, bsd, esxi, windows, mac_os; unknown if the text does not show it.
    /// </summary>
    public string System { get; init; } = "unknown";

    /// <summary>
    /// The number of lines that are cut off within their message. They may report a hang, and do not count.
    /// </summary>
    public int CutLines { get; init; }

    /// <summary>Converts the findings.</summary>
    public static DiagnosisJson From(long lines, IEnumerable<DeviceDiagnosis> devices, LogSystem system) =>
        new(lines, [.. devices.Select(Entry.From)]) { System = SnakeCase.Of(system) };

    /// <summary>One device. Values that the log does not contain are null.</summary>
    internal sealed record Entry(
        string? Device, string? Bus, string? Driver, int HangMessages, int WatchdogMessages, int Resets, int LinkDowns,
        int LinkUps, int Episodes, string Shape)
    {
        /// <summary>Faults of the device that are not a transmit hang.</summary>
        public IReadOnlyList<Fault> Faults { get; init; } = [];

        /// <summary>The advice, as in the text output.</summary>
        public IReadOnlyList<string> Advice { get; init; } = [];

        /// <summary>Converts the findings.</summary>
        public static Entry From(DeviceDiagnosis device) => new(
            device.Device.IsEmpty ? null : device.Device.ToString(), device.Bus.IsEmpty ? null : device.Bus.ToString(),
            device.Driver, device.HangMessages, device.WatchdogMessages, device.ResetMessages, device.LinkDowns,
            device.LinkUps, device.Episodes, MetricLabels.Of(device.Shape))
        {
            Faults = [.. device.Faults.Select(Fault.From)],
            Advice = [.. DiagnosisAdvice.For(device)],
        };
    }

    /// <summary>One fault of a device.</summary>
    /// <param name="Kind">The kind of fault: <see cref="DeviceTrouble"/> in snake case.</param>
    /// <param name="Message">The kernel's message, with an ellipsis for each value.</param>
    /// <param name="Messages">The number of messages.</param>
    internal sealed record Fault(string Kind, string Message, int Messages)
    {
        /// <summary>Converts the findings.</summary>
        public static Fault From(DeviceFault fault) =>
            new(SnakeCase.Of(fault.Trouble), FaultAdvice.Words(fault), fault.Messages);
    }
}

[JsonSourceGenerationOptions(GenerationMode = JsonSourceGenerationMode.Metadata,
    PropertyNamingPolicy = JsonKnownNamingPolicy.CamelCase)]
[JsonSerializable(typeof(DiagnosisJson))]
internal sealed partial class DiagnosisJsonContext : JsonSerializerContext;
