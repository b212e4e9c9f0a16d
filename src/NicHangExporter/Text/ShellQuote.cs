using System.Text;
using NicHangExporter.Linux;

namespace NicHangExporter.Text;

/// <summary>Writes an interface's name into a command that a person will paste: <c>$(id)</c> is a legal name.</summary>
internal static class ShellQuote
{
    /// <summary>The name as one word of bash: plain where it is harmless, else <c>$'…'</c> with its bytes.</summary>
    public static string Quote(InterfaceName name)
    {
        Span<byte> buffer = stackalloc byte[InterfaceName.MaxLength];
        var bytes = buffer[..name.CopyTo(buffer)];
        var word = new StringBuilder();
        var plain = bytes.Length > 0 && bytes[0] != '-';
        foreach (var octet in bytes)
        {
            var harmless = char.IsAsciiLetterOrDigit((char)octet) || octet is (byte)'_' or (byte)'.' or (byte)'-';
            plain &= harmless;
            word.Append(harmless ? $"{(char)octet}" : $"\\x{octet:x2}");
        }
        return plain ? word.ToString() : $"$'{word}'";
    }
}
