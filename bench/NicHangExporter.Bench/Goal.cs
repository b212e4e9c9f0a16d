using System.Globalization;

namespace NicHangExporter.Bench;

/// <summary>One row of the table of goals.</summary>
/// <param name="What">What is measured.</param>
/// <param name="Limits">The goal of each value.</param>
/// <param name="IsMinimum">True if a value must be at least its limit, false if at most.</param>
/// <param name="Unit">Unit of the values, with a blank before it; empty for ratios and counts.</param>
/// <param name="Values">The values; null for those that the run did not measure.</param>
/// <param name="Command">The command that measures the row, if it is not bench/run alone.</param>
internal sealed record Goal(
    string What, double[] Limits, bool IsMinimum, string Unit, double?[] Values, string? Command = null)
{
    /// <summary>The column "measured".</summary>
    public string Measured => Values.Any(value => value is not null)
        ? string.Join(" / ", Values.Select(value => value is { } number ? Page.Short(number) : "–")) + Unit
        : Command is null ? "not measured" : $"by `{Command}`";

    /// <summary>The column "goal".</summary>
    public string Target =>
        (IsMinimum ? "≥ " : Limits is [0] ? "" : "≤ ")
            + string.Join(" / ", Limits.Distinct().Select(limit => limit.ToString("0.#", CultureInfo.InvariantCulture))) + Unit;

    /// <summary>The column "met": of several values, how many meet their goals.</summary>
    public string Met
    {
        get
        {
            var verdicts = Values.Zip(Limits).Where(pair => pair.First is not null)
                .Select(pair => IsMinimum ? pair.First >= pair.Second : pair.First <= pair.Second).ToArray();
            var met = verdicts.Count(verdict => verdict);
            return verdicts.Length == 0 ? "" : met == verdicts.Length ? "yes" : met == 0 ? "**no**"
                : string.Create(CultureInfo.InvariantCulture, $"**{met} of {verdicts.Length}**");
        }
    }
}
