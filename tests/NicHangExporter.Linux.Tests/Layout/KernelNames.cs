using System.Reflection;
using System.Text.RegularExpressions;
using System.Xml.Linq;

namespace NicHangExporter.Linux.Tests.Layout;

/// <summary>
/// Reads the kernel's names from the documentation comments of the mirrors. A missing or wrong comment does not compile
/// as C.
/// </summary>
internal sealed partial class KernelNames
{
    private readonly Dictionary<string, string> _summaries;

    public KernelNames()
    {
        var file = Path.ChangeExtension(typeof(InterfaceName).Assembly.Location, ".xml");
        _summaries = XDocument.Load(file).Descendants("member").ToDictionary(
            member => member.Attribute("name")!.Value,
            member => string.Concat(member.Element("summary")?.Nodes().Select(node => node.ToString()) ?? []));
    }

    /// <summary>The header as C includes it.</summary>
    public string HeaderOf(Type type) => Header().Match(SummaryOf(type)) is { Success: true } match
        ? match.Groups[1].Value
        : throw new InvalidOperationException($"{type} does not say which header it mirrors: (include/uapi/…)");

    /// <summary>The C type, such as <c>struct ifreq</c>.</summary>
    public string NameOf(Type type) => First(type.ToString(), SummaryOf(type));

    /// <summary>The C name of a field or constant.</summary>
    public string NameOf(FieldInfo field) =>
        First($"{field.DeclaringType}.{field.Name}", Summary($"F:{Identifier(field.DeclaringType!)}.{field.Name}"));

    /// <summary>The constant that the comment of a public enum's member starts with, or null.</summary>
    public string? ConstantOf(FieldInfo member) =>
        Constant().Match(Summary($"F:{Identifier(member.DeclaringType!)}.{member.Name}")) is { Success: true } match
            ? match.Groups[1].Value
            : null;

    private static string First(string owner, string summary) => Code().Match(summary) is { Success: true } match
        ? match.Groups[1].Value
        : throw new InvalidOperationException(
            $"{owner} does not say which C name it mirrors, as in <c>struct ifreq</c>");

    private string SummaryOf(Type type) => Summary("T:" + Identifier(type));

    private string Summary(string member) => _summaries.GetValueOrDefault(member, "");

    private static string Identifier(Type type) => type.FullName!.Replace('+', '.');

    [GeneratedRegex(@"\(include/uapi/([\w/.-]+\.h)\)")]
    private static partial Regex Header();

    [GeneratedRegex("^\\s*<c>([^<]+)</c>")]
    private static partial Regex Code();

    [GeneratedRegex("^\\s*([A-Z][A-Z0-9_]+)(?=[:.])")]
    private static partial Regex Constant();
}
