using System.Reflection;
using System.Reflection.Emit;

namespace NicHangExporter.Tests.Architecture;

/// <summary>
/// The types that a type refers to: in its declaration, in the signatures of its members, in the bodies of its methods,
/// and in what the compiler generates for it (closures, iterators, asynchronous methods).
/// </summary>
internal static class TypeReferences
{
    /// <summary>Every member that a type declares itself.</summary>
    public const BindingFlags AllMembers = BindingFlags.Public | BindingFlags.NonPublic | BindingFlags.Instance
        | BindingFlags.Static | BindingFlags.DeclaredOnly;

    private static readonly Dictionary<short, OpCode> OpCodesByValue = typeof(OpCodes).GetFields()
        .Select(field => (OpCode)field.GetValue(null)!).ToDictionary(code => code.Value);

    /// <summary>The types, without duplicates. A generic type counts as its definition and its arguments.</summary>
    public static IReadOnlySet<Type> Of(Type type)
    {
        var found = new HashSet<Type>();
        Collect(type, found);
        return found;
    }

    /// <summary>The type that a programmer wrote: of a nested or generated one, the outermost.</summary>
    public static Type Outermost(Type type)
    {
        while (type.DeclaringType is { } outer)
            type = outer;
        return type;
    }

    private static void Collect(Type type, HashSet<Type> found)
    {
        Add(type.BaseType, found);
        foreach (var contract in type.GetInterfaces())
            Add(contract, found);
        foreach (var field in type.GetFields(AllMembers))
            Add(field.FieldType, found);
        foreach (var method in type.GetMethods(AllMembers).Cast<MethodBase>().Concat(type.GetConstructors(AllMembers)))
            Collect(method, found);
        foreach (var nested in type.GetNestedTypes(AllMembers))
            Collect(nested, found);
    }

    private static void Collect(MethodBase method, HashSet<Type> found)
    {
        foreach (var parameter in method.GetParameters())
            Add(parameter.ParameterType, found);
        if (method is MethodInfo { ReturnType: var result })
            Add(result, found);
        if (method.GetMethodBody() is not { } body)
            return;
        foreach (var local in body.LocalVariables)
            Add(local.LocalType, found);
        foreach (var clause in body.ExceptionHandlingClauses.Where(clause => clause.Flags == default))
            Add(clause.CatchType, found);
        foreach (var token in Tokens(body.GetILAsByteArray()!))
            if (Resolve(method, token) is { } member)
                AddMember(member, found);
    }

    private static void AddMember(MemberInfo member, HashSet<Type> found)
    {
        Add(member as Type ?? member.DeclaringType, found);
        if (member is MethodInfo { IsGenericMethod: true } generic)
            foreach (var argument in generic.GetGenericArguments())
                Add(argument, found);
        if (member is FieldInfo { FieldType: var type })
            Add(type, found);
        if (member is MethodInfo { ReturnType: var result })
            Add(result, found);
    }

    // The tokens of instructions that name a type, a method or a field: ECMA-335, partition III.
    private static IEnumerable<int> Tokens(byte[] code)
    {
        for (var at = 0; at < code.Length;)
        {
            var value = code[at] == 0xfe ? (short)(0xfe00 | code[at + 1]) : code[at];
            var operation = OpCodesByValue[value];
            at += operation.Size;
            if (operation.OperandType is OperandType.InlineMethod or OperandType.InlineField or OperandType.InlineType
                or OperandType.InlineTok)
                yield return BitConverter.ToInt32(code, at);
            at += OperandSize(operation.OperandType, code, at);
        }
    }

    private static int OperandSize(OperandType type, byte[] code, int at) => type switch
    {
        OperandType.InlineNone => 0,
        OperandType.ShortInlineBrTarget or OperandType.ShortInlineI or OperandType.ShortInlineVar => 1,
        OperandType.InlineVar => 2,
        OperandType.InlineI8 or OperandType.InlineR => 8,
        OperandType.InlineSwitch => 4 + 4 * BitConverter.ToInt32(code, at),
        _ => 4,
    };

    private static MemberInfo? Resolve(MethodBase method, int token) => method.Module.ResolveMember(
        token,
        method.DeclaringType is { IsGenericType: true } type ? type.GetGenericArguments() : null,
        method.IsGenericMethod ? method.GetGenericArguments() : null);

    private static void Add(Type? type, HashSet<Type> found)
    {
        if (type is null || type.IsGenericParameter)
            return;
        if (type.HasElementType)
        {
            Add(type.GetElementType(), found);
            return;
        }
        if (type.IsFunctionPointer)
            return;
        foreach (var argument in type.GenericTypeArguments)
            Add(argument, found);
        found.Add(type.IsConstructedGenericType ? type.GetGenericTypeDefinition() : type);
    }
}
