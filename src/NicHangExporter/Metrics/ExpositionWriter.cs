using System.Buffers.Text;
using System.Globalization;
using System.Text;

namespace NicHangExporter.Metrics;

/// <summary>
/// Writes an exposition into a buffer. A family is written completely. Its HELP and TYPE lines appear with its first
/// sample, so that a family without samples is left out.
/// </summary>
internal sealed class ExpositionWriter(ExpositionBody buffer, ExpositionFormat format = ExpositionFormat.Text)
{
    private MetricFamily? _pending;
    private bool _hasLabels;

    public ExpositionFormat Format => format;

    /// <summary>Begins the samples of a family. A name must not be begun twice in one exposition.</summary>
    public void Begin(MetricFamily family) => _pending = family;

    /// <summary>Begins the samples of a family, and writes its HELP and TYPE lines even if it has none.</summary>
    public void Declare(MetricFamily family)
    {
        _pending = null;
        Raw(family.Header(format));
    }

    /// <summary>Begins a sample: the name, then labels by <see cref="Label(string,string)"/>, then a value.</summary>
    /// <param name="family">The family.</param>
    /// <param name="suffix">What the sample's name adds to the family's, as in <c>_bucket</c>.</param>
    public ExpositionWriter Sample(MetricFamily family, ReadOnlySpan<byte> suffix = default)
    {
        if (ReferenceEquals(_pending, family))
            Declare(family);
        Raw(family.NameUtf8.Span);
        Raw(suffix);
        _hasLabels = false;
        return this;
    }

    /// <summary>Adds a label and escapes its value.</summary>
    public ExpositionWriter Label(string name, string value)
    {
        value = EscapeLabel(value);
        // A UTF-16 char takes at most three bytes of UTF-8.
        var span = buffer.GetSpan(4 + 3 * (name.Length + value.Length));
        var length = 0;
        span[length++] = _hasLabels ? (byte)',' : (byte)'{';
        length += Encoding.UTF8.GetBytes(name, span[length..]);
        span[length++] = (byte)'=';
        span[length++] = (byte)'"';
        length += Encoding.UTF8.GetBytes(value, span[length..]);
        span[length++] = (byte)'"';
        buffer.Advance(length);
        _hasLabels = true;
        return this;
    }

    /// <summary>Adds labels that are already quoted and escaped, as in <c>device="eth0",queue="0"</c>.</summary>
    public ExpositionWriter Prepared(ReadOnlySpan<byte> label)
    {
        if (label.IsEmpty)
            return this;
        Raw(_hasLabels ? ","u8 : "{"u8);
        _hasLabels = true;
        Raw(label);
        return this;
    }

    /// <summary>Ends the sample with a count. Prometheus rounds values above 2^53; the text is exact.</summary>
    public void Value(ulong value)
    {
        EndLabels();
        var span = buffer.GetSpan(20);
        Utf8Formatter.TryFormat(value, span, out var written);
        buffer.Advance(written);
        Raw("\n"u8);
    }

    /// <summary>Ends the sample with a number.</summary>
    public void Value(double value)
    {
        EndLabels();
        if (double.IsFinite(value))
        {
            var span = buffer.GetSpan(32);
            value.TryFormat(span, out var written, "g", CultureInfo.InvariantCulture);
            buffer.Advance(written);
        }
        else
            Raw(double.IsNaN(value) ? "NaN"u8 : value > 0 ? "+Inf"u8 : "-Inf"u8);
        Raw("\n"u8);
    }

    /// <summary>Ends the sample with 1 or 0.</summary>
    public void Value(bool value)
    {
        EndLabels();
        Raw(value ? "1\n"u8 : "0\n"u8);
    }

    /// <summary>Writes a sample whose beginning is prepared.</summary>
    /// <param name="family">The family.</param>
    /// <param name="beginning">From <see cref="Beginning"/>.</param>
    /// <param name="value">The count.</param>
    public void Sample(MetricFamily family, ReadOnlySpan<byte> beginning, ulong value)
    {
        if (ReferenceEquals(_pending, family))
            Declare(family);
        var span = buffer.GetSpan(beginning.Length + 21);
        beginning.CopyTo(span);
        Utf8Formatter.TryFormat(value, span[beginning.Length..], out var digits);
        var length = beginning.Length + digits;
        span[length] = (byte)'\n';
        buffer.Advance(length + 1);
    }

    /// <summary>The text of a sample before its value.</summary>
    /// <param name="family">The family.</param>
    /// <param name="labels">Quoted and escaped, as in <c>device="eth0"</c>.</param>
    public static byte[] Beginning(MetricFamily family, ReadOnlySpan<byte> labels) =>
        [.. family.NameUtf8.Span, (byte)'{', .. labels, (byte)'}', (byte)' '];

    /// <summary>Writes a family of one sample without labels.</summary>
    public void Single(MetricFamily family, double value)
    {
        Begin(family);
        Sample(family).Value(value);
    }

    /// <summary>Adds text that another writer has written in the same format.</summary>
    public void Append(ExpositionBody text) => buffer.Write(text);

    /// <summary>Ends the exposition.</summary>
    public void End()
    {
        if (format == ExpositionFormat.OpenMetrics)
            Raw("# EOF\n"u8);
    }

    /// <summary>Escapes the value of a label: backslash, quotation mark, newline.</summary>
    public static string EscapeLabel(string value) =>
        value.AsSpan().IndexOfAny('\\', '"', '\n') < 0
            ? value
            : EscapeHelp(value).Replace("\"", "\\\"", StringComparison.Ordinal);

    /// <summary>Escapes the text of a HELP line: backslash, newline.</summary>
    public static string EscapeHelp(string text) =>
        text.Replace(@"\", @"\\", StringComparison.Ordinal).Replace("\n", @"\n", StringComparison.Ordinal);

    private void EndLabels() => Raw(_hasLabels ? "} "u8 : " "u8);

    private void Raw(ReadOnlySpan<byte> bytes) => buffer.Write(bytes);
}
