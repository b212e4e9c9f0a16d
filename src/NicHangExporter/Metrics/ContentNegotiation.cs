using System.Globalization;
using Microsoft.Extensions.Primitives;

namespace NicHangExporter.Metrics;

/// <summary>
/// Selects the representation of an exposition by the request's headers Accept and Accept-Encoding (RFC 9110, sections
/// 12.5.1 and 12.5.3). Every request gets an answer: by default uncompressed text of format 0.0.4.
/// </summary>
internal static class ContentNegotiation
{
    private const string OpenMetricsType = "application/openmetrics-text";
    private const string OpenMetricsVersion = "1.0.0";
    private const string TextType = "text/plain";
    private const string TextVersion = "0.0.4";

    public static Representation Select(StringValues accept, StringValues acceptEncoding) =>
        new(Format(accept), IsGzip(acceptEncoding));

    // OpenMetrics only where it is named and not less wanted than text: a browser accepts anything.
    private static ExpositionFormat Format(StringValues accept)
    {
        var (openMetrics, text, any) = (0.0, -1.0, 0.0);
        foreach (var line in accept)
            foreach (var range in line.AsSpan().Split(','))
            {
                var element = new HeaderElement(line.AsSpan()[range]);
                if (element.Is(OpenMetricsType) && element.HasVersion(OpenMetricsVersion))
                    openMetrics = Math.Max(openMetrics, element.Quality);
                else if (element.Is(TextType) && element.HasVersion(TextVersion))
                    text = Math.Max(text, element.Quality);
                else if (element.Is("*/*") || element.Is("text/*"))
                    any = Math.Max(any, element.Quality);
            }
        return openMetrics > 0 && openMetrics >= (text < 0 ? any : text)
            ? ExpositionFormat.OpenMetrics
            : ExpositionFormat.Text;
    }

    private static bool IsGzip(StringValues acceptEncoding)
    {
        var (gzip, identity) = (0.0, 0.0);
        foreach (var line in acceptEncoding)
            foreach (var range in line.AsSpan().Split(','))
            {
                var element = new HeaderElement(line.AsSpan()[range]);
                if (element.Is("gzip") || element.Is("x-gzip"))
                    gzip = Math.Max(gzip, element.Quality);
                else if (element.Is("identity"))
                    identity = Math.Max(identity, element.Quality);
            }
        return gzip > 0 && gzip >= identity;
    }

    /// <summary>One element of a list: a value, its parameters, and its weight.</summary>
    private readonly ref struct HeaderElement
    {
        private readonly ReadOnlySpan<char> _value;
        private readonly ReadOnlySpan<char> _version;

        public HeaderElement(ReadOnlySpan<char> text)
        {
            Quality = 1;
            var isFirst = true;
            foreach (var range in text.Split(';'))
            {
                var part = text[range].Trim();
                if (isFirst)
                    _value = part;
                else if (part.StartsWith("q=", StringComparison.OrdinalIgnoreCase))
                    Quality = Weight(part[2..]);
                else if (part.StartsWith("version=", StringComparison.OrdinalIgnoreCase))
                    _version = part["version=".Length..].Trim('"');
                isFirst = false;
            }
        }

        /// <summary>From 0, not acceptable, to 1. 0 also for text that is no weight.</summary>
        public double Quality { get; }

        public bool Is(string value) => _value.Equals(value, StringComparison.OrdinalIgnoreCase);

        /// <summary>True for that version, and where none is named.</summary>
        public bool HasVersion(string version) => _version.IsEmpty || _version.SequenceEqual(version);

        private static double Weight(ReadOnlySpan<char> text) =>
            double.TryParse(text, NumberStyles.AllowDecimalPoint, CultureInfo.InvariantCulture, out var weight)
            && weight <= 1
                ? weight
                : 0;
    }
}
