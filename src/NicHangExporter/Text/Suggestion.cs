using NicHangExporter.Linux;

namespace NicHangExporter.Text;

/// <summary>Finds the name that the user probably meant.</summary>
internal static class Suggestion
{
    /// <summary>
    /// <c>"; did you mean 'x'?"</c> if a known name is at most three edits away, otherwise an empty text.
    /// </summary>
    public static string For(string name, IEnumerable<string> known)
    {
        var best = known.Select(candidate => (candidate, distance: Distance(name, candidate)))
            .MinBy(pair => pair.distance);
        return best.candidate is not null && best.distance <= 3 && name.Length <= 64
            ? $"; did you mean '{best.candidate}'?"
            : "";
    }

    // Levenshtein's distance, by rows. A long input is cut: it matches no name anyway.
    private static int Distance(string left, string right)
    {
        if (left.Length > 64)
            left = left[..64];
        var row = Enumerable.Range(0, right.Length + 1).ToArray();
        for (var i = 1; i <= left.Length; i++)
        {
            var diagonal = row[0];
            row[0] = i;
            for (var j = 1; j <= right.Length; j++)
            {
                var above = row[j];
                var replaced = diagonal + (left[i - 1] == right[j - 1] ? 0 : 1);
                row[j] = Math.Min(Math.Min(row[j] + 1, row[j - 1] + 1), replaced);
                diagonal = above;
            }
        }
        return row[^1];
    }
}
