using System.Reflection;
using System.Reflection.Metadata;
using System.Reflection.Metadata.Ecma335;
using System.Reflection.PortableExecutable;
using NicHangExporter.Options;
using NicHangExporter.Text;

namespace NicHangExporter.Tests.Baselines;

/// <summary>The enumerations whose members' names leave the program, found in the compiled code.</summary>
internal static class SpeltEnums
{
    private const BindingFlags Declared =
        BindingFlags.Instance | BindingFlags.Public | BindingFlags.NonPublic | BindingFlags.DeclaredOnly;

    private static readonly Assembly Program = typeof(ExporterOptions).Assembly;

    /// <summary>
    /// Those that a method for any enumeration is called with, such as <see cref="SnakeCase.Of"/>, or that an attribute
    /// gives to <see cref="SnakeCaseConverter{T}"/>.
    /// </summary>
    public static HashSet<Type> All => [.. ArgumentsOfMethods().Concat(ArgumentsOfConverters())];

    private static List<Type> ArgumentsOfMethods()
    {
        var found = new List<Type>();
        using var file = new PEReader(File.OpenRead(Program.Location));
        var reader = file.GetMetadataReader();
        for (var row = 1; row <= reader.GetTableRowCount(TableIndex.MethodSpec); row++)
        {
            var handle = MetadataTokens.MethodSpecificationHandle(row);
            var method = reader.GetMethodSpecification(handle).Method;
            if (method.Kind != HandleKind.MethodDefinition
                || !Resolve(MetadataTokens.GetToken(method)).GetGenericArguments().Any(IsForAnyEnum))
                continue;
            // A call from a generic method has that one's argument, which is here some enumeration of the runtime.
            Type[] unknown = [.. Enumerable.Repeat(typeof(DayOfWeek), 4)];
            found.AddRange(Program.ManifestModule.ResolveMethod(MetadataTokens.GetToken(handle), unknown, unknown)!
                .GetGenericArguments().Where(type => type.IsEnum && type != typeof(DayOfWeek)));
        }
        return found;
    }

    private static MethodBase Resolve(int token) => Program.ManifestModule.ResolveMethod(token)!;

    private static bool IsForAnyEnum(Type parameter) =>
        parameter.GetGenericParameterConstraints().Contains(typeof(Enum));

    private static IEnumerable<Type> ArgumentsOfConverters() => Program.GetTypes()
        .SelectMany(type => type.GetMembers(Declared).Append(type))
        .SelectMany(member => member.GetCustomAttributesData())
        .SelectMany(data => data.ConstructorArguments.Concat(data.NamedArguments.Select(named => named.TypedValue)))
        .SelectMany(Types)
        .Where(type => type.IsGenericType && type.GetGenericTypeDefinition() == typeof(SnakeCaseConverter<>))
        .Select(type => type.GenericTypeArguments[0]);

    private static IEnumerable<Type> Types(CustomAttributeTypedArgument argument) => argument.Value switch
    {
        Type type => [type],
        IEnumerable<CustomAttributeTypedArgument> several => several.SelectMany(Types),
        _ => [],
    };
}
