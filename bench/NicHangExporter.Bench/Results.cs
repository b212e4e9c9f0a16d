using System.Globalization;

namespace NicHangExporter.Bench;

/// <summary>
/// Numbers of one run by name, in files "results-COMMAND.tsv". Commands that run at the same time have their own files.
/// </summary>
/// <param name="work">The directory.</param>
/// <param name="command">The command that writes.</param>
internal sealed class Results(string work, string command)
{
    private readonly string _path = Path.Combine(work, $"results-{command}.tsv");

    /// <summary>Adds a number.</summary>
    public void Add(string key, double value) =>
        File.AppendAllText(_path, string.Create(CultureInfo.InvariantCulture, $"{key}\t{value:R}\n"));

    /// <summary>All numbers of a run.</summary>
    public static IReadOnlyDictionary<string, double> Read(string work) =>
        Directory.EnumerateFiles(work, "results-*.tsv").SelectMany(File.ReadLines).Select(line => line.Split('\t'))
            .ToDictionary(parts => parts[0], parts => double.Parse(parts[1], CultureInfo.InvariantCulture));
}
