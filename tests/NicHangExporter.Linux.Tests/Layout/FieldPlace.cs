using System.Reflection;
using System.Runtime.CompilerServices;
using System.Runtime.InteropServices;

namespace NicHangExporter.Linux.Tests.Layout;

/// <summary>
/// The position of a field in a structure, in bytes: found by setting the field and comparing the bytes.
/// </summary>
internal readonly record struct FieldPlace(int Offset, int Size)
{
    private static readonly MethodInfo FindGeneric = typeof(FieldPlace).GetMethod(
        nameof(Find), BindingFlags.NonPublic | BindingFlags.Static)!;
    private static readonly MethodInfo SizeOfGeneric = typeof(Unsafe).GetMethod(nameof(Unsafe.SizeOf))!;

    public static FieldPlace Of(FieldInfo field) =>
        (FieldPlace)FindGeneric.MakeGenericMethod(field.DeclaringType!, field.FieldType).Invoke(null, [field])!;

    public static int SizeOf(Type type) => (int)SizeOfGeneric.MakeGenericMethod(type).Invoke(null, [])!;

    private static FieldPlace Find<TStruct, TField>(FieldInfo field)
        where TStruct : unmanaged
        where TField : unmanaged
    {
        var ones = default(TField);
        MemoryMarshal.AsBytes(new Span<TField>(ref ones)).Fill(0xff);
        object boxed = default(TStruct);
        field.SetValue(boxed, ones);
        var filled = (TStruct)boxed;
        var bytes = MemoryMarshal.AsBytes(new Span<TStruct>(ref filled));
        var offset = bytes.IndexOf((byte)0xff);
        return new FieldPlace(offset, bytes[offset..].Count((byte)0xff));
    }
}
