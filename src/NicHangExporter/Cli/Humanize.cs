using System.Globalization;
using NicHangExporter.Options;

namespace NicHangExporter.Cli;

/// <summary>Numbers and times in words for people.</summary>
internal static class Humanize
{
    /// <summary>A number of things.</summary>
    public static string Count(long number, string what) => string.Create(CultureInfo.InvariantCulture, $"{number} {what}{(number == 1 ? "" : "s")}");

    /// <summary>Seconds, with tenths below ten: <c>0.4s</c>, <c>31s</c>.</summary>
    public static string Seconds(double seconds) => string.Create(CultureInfo.InvariantCulture, $"{(seconds < 10 ? Math.Round(seconds, 1) : Math.Round(seconds))}s");

    /// <summary>A wait, rounded up to whole seconds: <c>9m30s</c>. Nothing for none.</summary>
    public static string Wait(double seconds) => seconds <= 0 ? "" : PrometheusDuration.Format(TimeSpan.FromSeconds(Math.Ceiling(Math.Min(seconds, 1e8))));

    /// <summary>A moment: in UTC, because the console of a host in trouble may have any zone.</summary>
    public static string Moment(DateTimeOffset time) => time.ToUniversalTime().ToString("yyyy-MM-dd HH:mm:ss'Z'", CultureInfo.InvariantCulture);
}
