using System.Globalization;

namespace NicHangExporter.Bench;

/// <summary>
/// Markdown on stdout, in blocks between two comments. bench/update-docs replaces the blocks with the same names in the
/// documentation.
/// </summary>
internal static class Page
{
    /// <summary>Begins a block with a heading; an empty title omits it.</summary>
    public static void Begin(string name, string title)
    {
        Console.WriteLine($"\n<!-- begin measured {name} -->");
        if (title.Length > 0)
            Console.WriteLine($"\n### {title}\n");
    }

    /// <summary>The head of a table: the first column is text, the others are numbers.</summary>
    public static void Head(params IReadOnlyList<string> columns)
    {
        Row(columns);
        Console.WriteLine("|---|" + string.Concat(Enumerable.Repeat("--:|", columns.Count - 1)));
    }

    /// <summary>One row of a table.</summary>
    public static void Row(params IReadOnlyList<string> cells) => Console.WriteLine($"| {string.Join(" | ", cells)} |");

    /// <summary>Ends a block.</summary>
    public static void End(string name) => Console.WriteLine($"<!-- end measured {name} -->");

    /// <summary>A number with fixed decimals.</summary>
    public static string Number(double value, int decimals = 0) =>
        value.ToString("F" + decimals, CultureInfo.InvariantCulture);

    /// <summary>A number with about three digits, for ratios and times of different sizes.</summary>
    public static string Short(double value) => Number(value, Math.Abs(value) switch
    {
        0 => 0,
        < 0.0995 => 3,
        < 9.995 => 2,
        < 99.95 => 1,
        _ => 0,
    });
}
