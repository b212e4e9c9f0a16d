using System.Text.Json;

namespace NicHangExporter.Vm.Machine;

/// <summary>Short accessors for members of a journal entry.</summary>
internal static class JournalReader
{
    /// <summary>A text member; null if it is absent.</summary>
    public static string? Text(this JsonElement entry, string name) =>
        entry.TryGetProperty(name, out var value) ? value.ToString() : null;

    /// <summary>A member in seconds.</summary>
    public static TimeSpan Seconds(this JsonElement entry, string name) =>
        TimeSpan.FromSeconds(entry.GetProperty(name).GetDouble());

    /// <summary>The steps of a remediation.</summary>
    public static string[] Steps(this JsonElement entry) =>
        entry.TryGetProperty("steps", out var steps) ? [.. steps.EnumerateArray().Select(step => step.GetString()!)]
        : [];

    /// <summary>Settings before or after, by name.</summary>
    public static Dictionary<string, string> Settings(this JsonElement entry, string name) =>
        entry.TryGetProperty(name, out var settings)
        ? settings.EnumerateObject().ToDictionary(setting => setting.Name, setting => setting.Value.GetString()!) : [];
}
