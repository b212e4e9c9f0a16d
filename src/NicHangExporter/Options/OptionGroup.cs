using System.Globalization;
using NicHangExporter.Text;

namespace NicHangExporter.Options;

/// <summary>Makes the rows of the options that one nested record of <see cref="ExporterOptions"/> holds.</summary>
/// <param name="get">Gets the nested record.</param>
/// <param name="put">Replaces the nested record.</param>
internal sealed class OptionGroup<T>(Func<ExporterOptions, T> get, Func<ExporterOptions, T, ExporterOptions> put)
    where T : class
{
    public OptionDefinition Value(
        string name, string valueName, string help, Func<T, string> show, OptionSetter<T> set) =>
        Row(name, valueName, help, OptionKind.Value, show, set);

    public OptionDefinition List(
        string name, string valueName, string help, Func<T, IEnumerable<object>> show, OptionSetter<T> set) =>
        Row(name, valueName, help, OptionKind.List, group => string.Join(", ", show(group)), set);

    // check: what is wrong with one text, or null.
    public OptionDefinition List(
        string name, string valueName, string help, Func<string, string?> check, Func<T, IEnumerable<string>> show,
        Func<T, IReadOnlyList<string>, T> set) =>
        List(name, valueName, help, show, (group, values) =>
            values.Select(check).FirstOrDefault(error => error is not null) is { } error ? error : set(group, values));

    // A list of NAME=VALUE, each name once.
    public OptionDefinition Rows(
        string name, string valueName, string help, Func<string, string?> check, Func<T, IEnumerable<string>> show,
        Func<T, IReadOnlyList<string>, T> set) =>
        List(name, valueName, help, show, (group, values) =>
        {
            if (values.Select(check).FirstOrDefault(error => error is not null) is { } error)
                return error;
            if (values.GroupBy(value => value.Split('=')[0]).FirstOrDefault(rows => rows.Count() > 1) is { } twice)
                return $"'{twice.Key}' is given twice";
            return set(group, values);
        });

    public OptionDefinition Switch(string name, string help, Func<T, bool> show, Func<T, bool, T> set) =>
        Row(name, "", help, OptionKind.Switch, group => show(group) ? "true" : "false", (group, values) =>
            values[0] is "true" or "false"
                ? set(group, values[0] == "true")
                : $"'{values[0]}' is neither true nor false");

    public OptionDefinition Path(string name, string help, Func<T, string?> show, Func<T, string, T> set) =>
        Value(name, "PATH", help, group => show(group) ?? "", (group, values) =>
            values[0].StartsWith('/') && !values[0].Contains('\0')
                ? set(group, values[0])
                : $"'{values[0]}' is no absolute path: it must start with a slash");

    // Any path, as in Prometheus's own programs. A relative one is relative to the working directory.
    public OptionDefinition File(string name, string help, Func<T, string?> show, Func<T, string, T> set) =>
        Value(name, "PATH", help, group => show(group) ?? "", (group, values) =>
            values[0].Contains('\0') ? "the path holds a NUL character" : set(group, values[0]));

    // least and most: the limits as a user writes them, both included.
    public OptionDefinition Time(
        string name, string help, string least, string most, Func<T, TimeSpan> show, Func<T, TimeSpan, T> set)
    {
        _ = PrometheusDuration.TryParse(least, out var minimum);
        _ = PrometheusDuration.TryParse(most, out var maximum);
        return Value(name, "DURATION", help, group => PrometheusDuration.Format(show(group)), (group, values) =>
        {
            if (!PrometheusDuration.TryParse(values[0], out var value) || value < minimum || value > maximum)
                return $"'{values[0]}' is no duration from {least} to {most}: write a number and a unit, as in 10s or "
                    + "1m30s";
            return set(group, value);
        });
    }

    public OptionDefinition Number(
        string name, string help, int least, int most, Func<T, int> show, Func<T, int, T> set) =>
        Value(name, "NUMBER", help, group => show(group).ToString(CultureInfo.InvariantCulture), (group, values) =>
        {
            if (!int.TryParse(values[0], NumberStyles.None, CultureInfo.InvariantCulture, out var number)
                || number < least || number > most)
                return $"'{values[0]}' is not from {least} to {most}";
            return set(group, number);
        });

    public OptionDefinition Mode(
        string name, string help, Func<T, RemediationMode> show, Func<T, RemediationMode, T> set) =>
        Value(name, "MODE", help, group => SnakeCase.Of(show(group)), (group, values) =>
            SnakeCase.Parse<RemediationMode>(values[0]) is { } mode
                ? set(group, mode)
                : $"'{values[0]}' is no mode: write off, observe or enforce");

    private OptionDefinition Row(
        string name, string valueName, string help, OptionKind kind, Func<T, string> show, OptionSetter<T> set) =>
        new(name, valueName, help, kind, options => show(get(options)), (options, values) =>
        {
            var (group, error) = set(get(options), values);
            return error is null ? put(options, group) : error;
        });
}
