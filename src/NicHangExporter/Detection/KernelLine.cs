using System.Globalization;
using System.Text;
using System.Text.Unicode;
using NicHangExporter.Linux;

namespace NicHangExporter.Detection;

/// <summary>A record of the kernel log as people read it in a bundle.</summary>
/// <param name="SinceBoot">The record's own time. It can be absurd, so nothing depends on it.</param>
/// <param name="Text">Its text, by <see cref="Printable"/>.</param>
internal readonly record struct KernelLine(TimeSpan SinceBoot, string Text)
{
    /// <summary>The longest <see cref="Text"/>, in bytes of UTF-8. The kernel cuts a record at about half of it; an
    /// escaped byte takes four.</summary>
    public const int MaxLength = 2048;

    /// <summary>The text, each line by <see cref="KernelText.Escape"/>, cut at <see cref="MaxLength"/>.</summary>
    /// <param name="text">The record's text, unescaped.</param>
    public static string Printable(ReadOnlySpan<byte> text)
    {
        text = text[..Math.Min(text.Length, MaxLength)];
        var printable = new StringBuilder(text.Length);
        foreach (var line in text.Split((byte)'\n'))
            printable.Append(KernelText.Escape(text[line])).Append('\n');
        return Cut(printable.ToString(0, printable.Length - 1));
    }

    /// <summary>The line as dmesg prints it: <c>[12345.678901] eth0: …</c>.</summary>
    public override string ToString() =>
        string.Create(CultureInfo.InvariantCulture, $"[{SinceBoot.TotalSeconds:f6}] {Text}");

    private static string Cut(string text)
    {
        // Stops before the first character that does not fit, never inside one.
        Utf8.FromUtf16(text, stackalloc byte[MaxLength], out var fitting, out _);
        return text[..fitting];
    }
}
