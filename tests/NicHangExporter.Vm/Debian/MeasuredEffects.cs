namespace NicHangExporter.Vm.Debian;

/// <summary>
/// The measured effects of events on persisted settings, one file a manager in the folder <c>measured</c> of this
/// project, one line a measurement: way, event, effect. A unit test holds the exporter's own table to them.
/// </summary>
internal sealed class MeasuredEffects(NetworkManager manager)
{
    private string File { get; } = Path.Combine(
        Workshop.Repository, "tests", "NicHangExporter.Vm", "measured", $"{manager.Name}.txt");

    /// <summary>Fails if a way has other effects than those in the file. UPDATE_GOLDEN=1 writes them instead.</summary>
    public void Check(string way, IReadOnlyDictionary<string, string> effects)
    {
        var measured = effects.Select(effect => $"{way} {effect.Key} {effect.Value}").ToArray();
        var lines = System.IO.File.Exists(File) ? System.IO.File.ReadAllLines(File) : [];
        if (Environment.GetEnvironmentVariable("UPDATE_GOLDEN") == "1")
            System.IO.File.WriteAllLines(
                File, lines.Where(line => !IsOf(line)).Concat(measured).Order(StringComparer.Ordinal));
        else
            Assert.Equal(lines.Where(IsOf).Order(StringComparer.Ordinal), measured.Order(StringComparer.Ordinal));

        bool IsOf(string line) => line.StartsWith(way + ' ', StringComparison.Ordinal);
    }
}
