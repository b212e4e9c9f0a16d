using System.Runtime.CompilerServices;
using NicHangExporter.Options;

namespace NicHangExporter.Tests.Architecture;

/// <summary>The dependencies of docs/architecture.md, held against the compiled assembly.</summary>
public sealed class ArchitectureTests
{
    private static readonly Type[] Types = [.. typeof(ExporterOptions).Assembly.GetTypes()
        .Where(type => type.DeclaringType is null && type.Namespace?.StartsWith("NicHangExporter", StringComparison.Ordinal) == true
            && !type.IsDefined(typeof(CompilerGeneratedAttribute), false))];

    [Fact]
    public void Dump()
    {
        var edges = new SortedSet<string>();
        foreach (var type in Types)
            foreach (var other in TypeReferences.Of(type).Select(TypeReferences.Outermost))
                if (other.Assembly == type.Assembly && other.Namespace != type.Namespace && other.Namespace is not null)
                    edges.Add($"{type.Namespace} -> {other.Namespace}   {type.Name} -> {other.Name}");
        File.WriteAllLines("/tmp/edges.txt", edges);
    }
}
