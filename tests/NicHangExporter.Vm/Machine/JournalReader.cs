using System.Text.Json;

namespace NicHangExporter.Vm.Machine;

/// <summary>Short words for what the scenarios ask of a line of the journal.</summary>
internal static class JournalReader
{
    /// <summary>A member that is text; null where it is absent.</summary>
    public static string? Text(this JsonElement entry, string name) => entry.TryGetProperty(name, out var value) ? value.ToString() : null;

    /// <summary>A member that is a number of seconds.</summary>
    public static TimeSpan Seconds(this JsonElement entry, string name) => TimeSpan.FromSeconds(entry.GetProperty(name).GetDouble());

    /// <summary>The steps of a remediation.</summary>
    public static string[] Steps(this JsonElement entry) => entry.TryGetProperty("steps", out var steps) ? [.. steps.EnumerateArray().Select(step => step.GetString()!)] : [];

    /// <summary>Settings before or after, by name.</summary>
    public static Dictionary<string, string> Settings(this JsonElement entry, string name) =>
        entry.TryGetProperty(name, out var settings) ? settings.EnumerateObject().ToDictionary(setting => setting.Name, setting => setting.Value.GetString()!) : [];
}
