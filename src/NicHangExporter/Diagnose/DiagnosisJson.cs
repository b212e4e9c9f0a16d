using System.Text.Json.Serialization;
using NicHangExporter.Detection.Patterns;
using NicHangExporter.Diagnose.LogText;
using NicHangExporter.Remediation;

namespace NicHangExporter.Diagnose;

/// <summary>The answer of <c>diagnose --format json</c>: one object, whose names are API.</summary>
/// <param name="Lines">How many lines were read.</param>
/// <param name="Devices">Devices with anything counted, in the order of the log.</param>
internal sealed record DiagnosisJson(long Lines, IReadOnlyList<DiagnosisJson.Entry> Devices)
{
    /// <summary>The system whose log it is: linux, bsd, esxi, windows, mac_os; unknown where the text does not say.</summary>
    public string System { get; init; } = "unknown";

    /// <summary>How many lines end within their message: they may report a hang, and do not count.</summary>
    public int CutLines { get; init; }

    /// <summary>Makes it from what was found.</summary>
    public static DiagnosisJson From(long lines, IEnumerable<DeviceDiagnosis> devices, LogSystem system) =>
        new(lines, [.. devices.Select(Entry.From)]) { System = SnakeCase.Of(system) };

    /// <summary>One device; what the log does not tell is null.</summary>
    internal sealed record Entry(
        string? Device, string? Bus, string? Driver, int HangMessages, int WatchdogMessages, int Resets, int LinkDowns, int LinkUps, int Episodes, string Shape)
    {
        /// <summary>Faults of the device that are no transmit hang.</summary>
        public IReadOnlyList<Fault> Faults { get; init; } = [];

        /// <summary>What to do, as the text has it.</summary>
        public IReadOnlyList<string> Advice { get; init; } = [];

        /// <summary>Makes it from what was found.</summary>
        public static Entry From(DeviceDiagnosis device) => new(
            device.Device.IsEmpty ? null : device.Device.ToString(),
            device.Bus.IsEmpty ? null : device.Bus.ToString(),
            device.Driver,
            device.HangMessages,
            device.WatchdogMessages,
            device.ResetMessages,
            device.LinkDowns,
            device.LinkUps,
            device.Episodes,
            SnakeCase.Of(device.Shape))
        {
            Faults = [.. device.Faults.Select(Fault.From)],
            Advice = [.. DiagnosisAdvice.For(device)],
        };
    }

    /// <summary>One fault of a device.</summary>
    /// <param name="Kind">What is wrong: <see cref="DeviceTrouble"/> in snake case.</param>
    /// <param name="Message">The kernel's words, with dots for what differs from message to message.</param>
    /// <param name="Messages">How many messages say so.</param>
    internal sealed record Fault(string Kind, string Message, int Messages)
    {
        /// <summary>Makes it from what was found.</summary>
        public static Fault From(DeviceFault fault) => new(SnakeCase.Of(fault.Trouble), FaultAdvice.Words(fault), fault.Messages);
    }
}

/// <summary>Serialisation without reflection.</summary>
[JsonSourceGenerationOptions(PropertyNamingPolicy = JsonKnownNamingPolicy.CamelCase)]
[JsonSerializable(typeof(DiagnosisJson))]
internal sealed partial class DiagnosisJsonContext : JsonSerializerContext;
