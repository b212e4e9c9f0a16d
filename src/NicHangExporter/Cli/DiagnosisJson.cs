using System.Text.Json.Serialization;
using NicHangExporter.Hangs;

namespace NicHangExporter.Cli;

/// <summary>The answer of <c>diagnose --json</c>: one object, whose names are API.</summary>
/// <param name="Lines">How many lines were read.</param>
/// <param name="Devices">Devices with anything counted, in the order of the log.</param>
internal sealed record DiagnosisJson(long Lines, IReadOnlyList<DiagnosisJson.Entry> Devices)
{
    /// <summary>Makes it from what was found.</summary>
    public static DiagnosisJson From(long lines, IEnumerable<DeviceDiagnosis> devices) => new(lines, [.. devices.Select(Entry.From)]);

    /// <summary>One device; what the log does not tell is null.</summary>
    internal sealed record Entry(
        string? Device, string? Bus, string? Driver, int HangMessages, int WatchdogMessages, int Resets, int LinkDowns, int LinkUps, int Episodes, string Shape)
    {
        /// <summary>Makes it from what was found.</summary>
        public static Entry From(DeviceDiagnosis device) => new(
            device.Device.IsEmpty ? null : device.Device.ToString(),
            device.Bus.IsEmpty ? null : device.Bus.ToString(),
            device.Driver,
            device.HangMessages,
            device.WatchdogMessages,
            device.Resets,
            device.LinkDowns,
            device.LinkUps,
            device.Episodes,
            Name(device.Shape));

        private static string Name(HangShape shape) => shape switch
        {
            HangShape.Wedge => "wedge",
            HangShape.Flap => "flap",
            HangShape.SilentStall or HangShape.Paused => "stall",
            _ => "unknown",
        };
    }
}

/// <summary>Serialisation without reflection.</summary>
[JsonSourceGenerationOptions(PropertyNamingPolicy = JsonKnownNamingPolicy.CamelCase)]
[JsonSerializable(typeof(DiagnosisJson))]
internal sealed partial class DiagnosisJsonContext : JsonSerializerContext;
