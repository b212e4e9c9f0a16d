using System.Reflection;
using System.Runtime.CompilerServices;
using NicHangExporter.Linux.Ethtool;
using NicHangExporter.Linux.Link;
using NicHangExporter.Linux.Uapi;
using NicHangExporter.TestSupport;

namespace NicHangExporter.Linux.Tests.Layout;

/// <summary>Compares the mirrors of kernel headers with the headers, by the C compiler of this machine.</summary>
public sealed class UapiLayoutTests
{
    private const BindingFlags Fields =
        BindingFlags.Instance | BindingFlags.Public | BindingFlags.NonPublic | BindingFlags.DeclaredOnly;
    private const BindingFlags Constants =
        BindingFlags.Static | BindingFlags.Public | BindingFlags.NonPublic | BindingFlags.DeclaredOnly;

    private readonly KernelNames _names = new();

    public static TheoryData<Type> Mirrors() => [.. typeof(IfReq).Assembly.GetTypes()
                .Where(type =>
                    type.Namespace == typeof(IfReq).Namespace && !type.IsDefined(typeof(CompilerGeneratedAttribute))),
        ];

    [Theory]
    [MemberData(nameof(Mirrors))]
    public void Mirror_EachPartOfIt_IsWhatTheHeaderSays(Type mirror)
    {
        // A type without a check was missed.
        var assertions =
            mirror == typeof(EthtoolCommand)
                ? CommandNumbers().ToList()
                : StructureOf(mirror).Concat(ConstantsOf(mirror)).ToList();

        Assert.NotEmpty(assertions);
        Compile(mirror == typeof(EthtoolCommand) ? "linux/ethtool.h" : _names.HeaderOf(mirror), assertions).Succeeded();
    }

    [Theory]
    [InlineData(typeof(StringSet), "linux/ethtool.h", 3)]
    [InlineData(typeof(SetFeaturesResult), "linux/ethtool.h", 3)]
    [InlineData(typeof(Duplex), "linux/ethtool.h", 3)]
    [InlineData(typeof(InterfaceFlags), "linux/if.h", 11)]
    [InlineData(typeof(Errno), "errno.h", 17)]
    [InlineData(typeof(Capability), "linux/capability.h", 2)]
    public void PublicEnum_EachConstantThatItsCommentNames_HasTheHeadersValue(Type type, string header, int atLeast)
    {
        var assertions = type.GetFields(BindingFlags.Static | BindingFlags.Public)
            .Select(member =>
                (Name: _names.ConstantOf(member), Value: Convert.ToInt64(member.GetRawConstantValue(), null)))
            // two that user space was never meant to see
            .Where(member => member.Name is not (null or "ENOTSUPP" or "ETOOSMALL"))
            .Select(member => $"{member.Name} == {member.Value}").ToList();

        Assert.True(assertions.Count >= atLeast, $"only {string.Join(", ", assertions)}");
        Compile(header, assertions).Succeeded();
    }

    // The kernel's own header is not for user space; the C library repeats it.
    [Fact]
    public void PeerCredentials_Numbers_AreWhatTheCLibrarySays() => Compile("sys/socket.h",
    [
                    "SOL_SOCKET == 1",
                    "SO_PEERCRED == 17",
                    "sizeof(struct ucred) == 12",
                    "__builtin_offsetof(struct ucred, pid) == 0",
        "__builtin_offsetof(struct ucred, uid) == 4", "__builtin_offsetof(struct ucred, gid) == 8",
    ]).Succeeded();

    [Theory]
    [InlineData("sizeof(struct ifreq) == 41")]
    [InlineData("__builtin_offsetof(struct ifreq, ifr_data) == 8")]
    [InlineData("SIOCETHTOOL == 1")]
    public void Check_OfSomethingWrong_Fails(string wrong) =>
        Assert.Contains("static assertion failed", Compile("linux/if.h", [wrong]).Error, StringComparison.Ordinal);

    private IEnumerable<string> StructureOf(Type mirror)
    {
        if (!mirror.IsValueType || mirror.IsEnum)
            yield break;
        var name = _names.NameOf(mirror);
        yield return $"sizeof({name}) == {FieldPlace.SizeOf(mirror)}";
        if (mirror.IsDefined(typeof(InlineArrayAttribute)))
            yield break;
        foreach (var field in mirror.GetFields(Fields))
        {
            var place = FieldPlace.Of(field);
            yield return $"__builtin_offsetof({name}, {_names.NameOf(field)}) == {place.Offset}";
            yield return $"sizeof((({name} *)0)->{_names.NameOf(field)}) == {place.Size}";
        }
    }

    private IEnumerable<string> ConstantsOf(Type mirror) =>
        from field in mirror.GetFields(Constants)
        where field.IsLiteral
        let value = Convert.ToInt64(field.GetRawConstantValue(), null)
        // A constant of 32 bits is compared as such: SPEED_UNKNOWN is -1 in the header.
        select field.FieldType == typeof(uint)
            ? $"(__u32){_names.NameOf(field)} == {value}u"
            : $"{_names.NameOf(field)} == {value}";

    private static IEnumerable<string> CommandNumbers() =>
        from property in typeof(EthtoolCommand).GetProperties(Constants)
        let command = (EthtoolCommand)property.GetValue(null)!
        select $"{command.Name} == {command.Number}";

    private static Execution Compile(string header, IEnumerable<string> assertions)
    {
        Requires.Program("gcc");
        Requires.File("/usr/include/linux/ethtool.h");
        string[] program =
        [
            "#include <linux/types.h>", "#include <sys/socket.h>", "#include <linux/sockios.h>", $"#include <{header}>",
            .. assertions.Select(assertion => $"_Static_assert({assertion}, \"{assertion}\");"),
        ];
        return Execution.OfInput(
            string.Join('\n', program) + "\n", "gcc", "-std=gnu11", "-D_GNU_SOURCE", "-fsyntax-only", "-x", "c", "-");
    }
}
