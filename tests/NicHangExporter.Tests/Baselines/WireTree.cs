using System.Text;
using System.Text.Json;
using System.Text.Json.Serialization;
using System.Text.Json.Serialization.Metadata;
using NicHangExporter.Linux;

namespace NicHangExporter.Tests.Baselines;

/// <summary>
/// What the serializer reads and writes for a type: the JSON names of its members and their JSON types. The text has no
/// name of a C# type or member, so that a rename of one does not change it.
/// </summary>
internal sealed class WireTree
{
    private static readonly Dictionary<Type, string> Scalars = new()
    {
        [typeof(string)] = "string",
        [typeof(bool)] = "boolean",
        [typeof(double)] = "number",
        [typeof(int)] = "integer (32 bit)",
        [typeof(long)] = "integer (64 bit)",
        [typeof(uint)] = "unsigned integer (32 bit)",
        [typeof(ulong)] = "unsigned integer (64 bit)",
        [typeof(DateTimeOffset)] = "string (date and time)",
        [typeof(TimeSpan)] = "string (duration)",
    };

    private readonly StringBuilder _text = new();
    private readonly Dictionary<Type, string> _seen = [];

    private WireTree()
    {
    }

    /// <summary>The tree of a root.</summary>
    public static string Of(JsonTypeInfo root)
    {
        var tree = new WireTree();
        tree._text.Append($"{Rules(root.Options)}\n");
        tree.Append(root, "", "$", "");
        return tree._text.ToString();
    }

    private static string Rules(JsonSerializerOptions options) => string.Join(", ",
        $"unknown members {(options.UnmappedMemberHandling == default ? "ignored" : "refused")}",
        $"duplicate members {(options.AllowDuplicateProperties ? "allowed" : "refused")}",
        $"unwanted nulls {(options.RespectNullableAnnotations ? "refused" : "allowed")}",
        $"case {(options.PropertyNameCaseInsensitive ? "ignored" : "counts")}",
        options.DefaultIgnoreCondition switch
        {
            JsonIgnoreCondition.WhenWritingNull => "null left out",
            JsonIgnoreCondition.WhenWritingDefault => "null, false and 0 left out",
            _ => "null written",
        },
        $"numbers {(options.NumberHandling == JsonNumberHandling.Strict ? "strict" : options.NumberHandling)}",
        $"depth {(options.MaxDepth == 0 ? 64 : options.MaxDepth)}",
        options.WriteIndented ? "indented" : "one line");

    private void Append(JsonTypeInfo type, string label, string path, string indent, string notes = "")
    {
        var (words, members) = Words(type);
        if (members is null)
        {
            _text.Append($"{indent}{label}{words}{notes}\n");
            return;
        }
        if (!_seen.TryAdd(members.Type, path))
        {
            _text.Append($"{indent}{label}{words}, as at {_seen[members.Type]}{notes}\n");
            return;
        }
        Assert.Null(members.PolymorphismOptions);
        _text.Append($"{indent}{label}{words}{notes}\n");
        foreach (var member in members.Properties.Where(member => member.Get is not null || member.Set is not null))
        {
            var inner = members.Options.GetTypeInfo(member.PropertyType);
            Append(inner, $"{member.Name}: ", $"{path}.{member.Name}", indent + "  ", Notes(member));
        }
    }

    // The words for a type, and the object whose members are shown below them.
    private static (string Words, JsonTypeInfo? Members) Words(JsonTypeInfo type)
    {
        var bare = Nullable.GetUnderlyingType(type.Type) ?? type.Type;
        if (bare != type.Type)
            type = type.Options.GetTypeInfo(bare);
        if (bare.IsEnum)
            return ($"one of {string.Join(" | ", bare.GetEnumValues().Cast<object>().Select(Text))}", null);
        switch (type.Kind)
        {
            case JsonTypeInfoKind.Object:
                return ("object", type);
            case JsonTypeInfoKind.Dictionary:
                return Nested("map of ", type);
            case JsonTypeInfoKind.Enumerable:
                return Nested("array of ", type);
            default:
                return (Scalars.TryGetValue(bare, out var scalar) ? scalar
                    : throw new InvalidOperationException($"no JSON type is known for {bare}; name it here"), null);
        }

        string Text(object value) => JsonSerializer.Serialize(value, type);
    }

    private static (string Words, JsonTypeInfo? Members) Nested(string kind, JsonTypeInfo type)
    {
        var element = type.Options.GetTypeInfo(type.ElementType!);
        var (words, members) = Words(element);
        return ($"{kind}{words}{(Nullable.GetUnderlyingType(element.Type) is null ? "" : " or null")}", members);
    }

    private static string Notes(JsonPropertyInfo member)
    {
        var isNullable = Nullable.GetUnderlyingType(member.PropertyType) is not null
            || (!member.PropertyType.IsValueType && (member.Get is null ? member.IsSetNullable : member.IsGetNullable));
        var notes = new StringBuilder();
        if (isNullable)
            notes.Append(", or null");
        if (!isNullable && !member.PropertyType.IsValueType && member is { Set: not null, IsSetNullable: true })
            notes.Append(", null is read");
        if (member.IsRequired)
            notes.Append(", required");
        if (member.Set is null && member.AssociatedParameter is null)
            notes.Append(", only written");
        if (member.Get is null)
            notes.Append(", only read");
        if (member.CustomConverter is not null)
            notes.Append(", converted");
        if (member.ShouldSerialize is { } isWritten)
            notes.Append(isWritten(new object(), Default(member.PropertyType))
                ? ", always written" : ", left out where null, false or 0");
        return notes.ToString();
    }

    private static object? Default(Type type) => type.IsValueType ? Activator.CreateInstance(type) : null;
}
