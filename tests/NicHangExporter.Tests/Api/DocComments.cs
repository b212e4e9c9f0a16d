using System.Reflection;
using System.Text.Json.Serialization;
using System.Xml.Linq;

namespace NicHangExporter.Tests.Api;

/// <summary>The doc comments of the sources, as the compiler writes them beside the program.</summary>
internal static class DocComments
{
    private static readonly Dictionary<string, XElement> Members =
        new[] { "nic-hang-exporter.xml", "NicHangExporter.Linux.xml" }
        .SelectMany(file => XDocument.Load(Path.Combine(AppContext.BaseDirectory, file)).Descendants("member"))
        .ToDictionary(member => member.Attribute("name")!.Value);

    /// <summary>Of a type.</summary>
    public static string Of(Type type) =>
        Text(Members[$"T:{type.FullName!.Replace('+', '.')}"].Element("summary"), type.Name);

    /// <summary>Of a property by its name in JSON; of one that a record is constructed with, the parameter's.</summary>
    public static string Of(Type type, string jsonName)
    {
        var property = type.GetProperties()
            .Single(one => (one.GetCustomAttribute<JsonPropertyNameAttribute>()?.Name ?? one.Name)
                .Equals(jsonName, StringComparison.OrdinalIgnoreCase));
        var (name, full) = (property.Name, property.DeclaringType!.FullName!.Replace('+', '.'));
        return Text(Members.TryGetValue($"P:{full}.{name}", out var member) && member.Element("summary") is { } summary
            ? summary
            : Members[$"T:{full}"].Elements("param")
                .FirstOrDefault(parameter => parameter.Attribute("name")!.Value == name), $"{type.Name}.{name}");
    }

    /// <summary>Of a word of an enumeration.</summary>
    public static string OfWord(Type type, string name) =>
        Text(Members.GetValueOrDefault($"F:{type.FullName!.Replace('+', '.')}.{name}")?.Element("summary"),
            $"{type.Name}.{name}");

    private static string Text(XElement? element, string what)
    {
        Assert.True(element is not null, $"{what} has no doc comment");
        var text = string.Concat(element!.Nodes().Select(node => node switch
        {
            XText plain => plain.Value,
            XElement { Name.LocalName: "see" or "paramref" } reference =>
                (reference.Attribute("cref") ?? reference.Attribute("name"))!.Value.Split('.', ':')[^1],
            XElement other => other.Value,
            _ => "",
        }));
        return string.Join(' ', text.Split((char[]?)null, StringSplitOptions.RemoveEmptyEntries));
    }
}
