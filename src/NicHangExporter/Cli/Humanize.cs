using System.Globalization;
using NicHangExporter.Text;

namespace NicHangExporter.Cli;

/// <summary>Numbers, times and words of the API as people read them.</summary>
internal static class Humanize
{
    /// <summary>A number of things: <c>1 report</c>, <c>21 reports</c>.</summary>
    public static string Count(long number, string what) =>
        string.Create(CultureInfo.InvariantCulture, $"{number} {what}{(number == 1 ? "" : "s")}");

    /// <summary>Seconds, with tenths below ten: <c>0.4s</c>, <c>31s</c>.</summary>
    public static string Seconds(double seconds) =>
        string.Create(
            CultureInfo.InvariantCulture, $"{(seconds < 10 ? Math.Round(seconds, 1) : Math.Round(seconds))}s");

    /// <summary>Seconds to wait, rounded up: <c>9m30s</c>. Empty if there is no wait.</summary>
    public static string Wait(double seconds) =>
        seconds <= 0 ? "" : PrometheusDuration.Format(TimeSpan.FromSeconds(Math.Ceiling(Math.Min(seconds, 1e8))));

    /// <summary>A time in UTC, because the console of a host in trouble may have any time zone.</summary>
    public static string Moment(DateTimeOffset time) =>
        time.ToUniversalTime().ToString("yyyy-MM-dd HH:mm:ss'Z'", CultureInfo.InvariantCulture);

    /// <summary>A verdict or a reason with blanks: <c>did not hold</c>.</summary>
    public static string Word<T>(T value)
        where T : struct, Enum => SnakeCase.Of(value).Replace('_', ' ');
}
