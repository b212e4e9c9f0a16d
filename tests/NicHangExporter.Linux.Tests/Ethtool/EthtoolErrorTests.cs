using NicHangExporter.Linux.Ethtool;

namespace NicHangExporter.Linux.Tests.Ethtool;

/// <summary>
/// Every relevant error number with every method of <see cref="IEthtool"/>, at each command that the method sends.
/// </summary>
public sealed class EthtoolErrorTests
{
    private static readonly InterfaceName Device = InterfaceName.TryParse("eth0", out var name) ? name : default;

    private static readonly Dictionary<string, Func<IEthtool, object?>> Methods = new()
    {
        [nameof(IEthtool.ReadDriverInfo)] = ethtool => ethtool.ReadDriverInfo(Device),
        [nameof(IEthtool.ReadFeatures)] = ethtool =>
            ethtool.ReadFeatures(Device) is { } features ? string.Join('\n', features.All) : null,
        [nameof(IEthtool.SetFeatures)] = ethtool => ethtool.SetFeatures(Device, [new("rx-gro", true)]),
        [nameof(IEthtool.ReadStatistics)] = ethtool => ethtool.ReadStatistics(Device),
        [nameof(IEthtool.ReadChosenStatistics)] = ethtool => ethtool.ReadChosenStatistics(
            Device, new StatisticFilter(_ => true), last: null, readsNames: true) is { } chosen
            ? string.Join('\n', chosen.All) : null,
        [nameof(IEthtool.ReadStringSet)] = ethtool => ethtool.ReadStringSet(Device, StringSet.Features),
        [nameof(IEthtool.ReadLink)] = ethtool => ethtool.ReadLink(Device),
        [nameof(IEthtool.ReadLinkSettings)] = ethtool => ethtool.ReadLinkSettings(Device),
        [nameof(IEthtool.ReadEnergyEfficientEthernet)] = ethtool => ethtool.ReadEnergyEfficientEthernet(Device),
        [nameof(IEthtool.ReadPause)] = ethtool => ethtool.ReadPause(Device),
        [nameof(IEthtool.ReadRings)] = ethtool => ethtool.ReadRings(Device),
        [nameof(IEthtool.ReadPermanentAddress)] = ethtool => ethtool.ReadPermanentAddress(Device),
        [nameof(IEthtool.Renegotiate)] = ethtool => ethtool.Renegotiate(Device),
        [nameof(IEthtool.SetEnergyEfficientEthernet)] = ethtool =>
            ethtool.SetEnergyEfficientEthernet(Device, enabled: false),
        [nameof(IEthtool.SetPause)] = ethtool => ethtool.SetPause(Device, new PauseParameters(false, false, false)),
    };

    private static readonly Errno[] Failures =
    [
        Errno.NotPermitted, Errno.IO, Errno.Again, Errno.Access, Errno.Fault, Errno.Busy, Errno.NoDevice, Errno.Invalid,
        Errno.NetworkDown, Errno.TooSmall, (Errno)110 /* ETIMEDOUT, which no name is given */,
    ];

    public static IEnumerable<TheoryDataRow<string>> EachMethod() =>
        Methods.Keys.Select(method => new TheoryDataRow<string>(method));

    public static IEnumerable<TheoryDataRow<string, Errno>> EachMethodAndFailure() =>
        from method in Methods.Keys from errno in Failures select new TheoryDataRow<string, Errno>(method, errno);

    public static IEnumerable<TheoryDataRow<string, Errno>> EachMethodNotSupported() =>
        from method in Methods.Keys
        from errno in new[] { Errno.NotSupported, Errno.NotSupportedInternally }
        select new TheoryDataRow<string, Errno>(method, errno);

    [Fact]
    public void Table_OfMethods_HasThemAll() => Assert.Equal(
        typeof(IEthtool).GetMethods().Select(method => method.Name).Order(StringComparer.Ordinal),
        Methods.Keys.Order(StringComparer.Ordinal));

    [Theory]
    [MemberData(nameof(EachMethodAndFailure))]
    public void EachCommand_Failing_IsALinuxExceptionThatNamesIt(string method, Errno errno)
    {
        foreach (var failing in CommandsOf(method))
        {
            var exception = Assert.Throws<LinuxException>(() =>
                Call(method, command => command == failing ? -(int)errno : 0));

            Assert.Equal((errno, "eth0"), (exception.Errno, exception.Subject));
            Assert.StartsWith("SIOCETHTOOL ETHTOOL_", exception.Operation, StringComparison.Ordinal);
        }
    }

    [Theory]
    [MemberData(nameof(EachMethodNotSupported))]
    public void EachCommand_NotSupported_IsNullOrFalse(string method, Errno errno)
    {
        foreach (var failing in CommandsOf(method))
        {
            object? Result() => Call(method, command => command == failing ? -(int)errno : 0);

            if (method == nameof(IEthtool.SetFeatures))
                // Nothing was changed, and its result has no word for that.
                Assert.Equal(Errno.NotSupported, Assert.Throws<LinuxException>(Result).Errno);
            else if (method
                is nameof(IEthtool.Renegotiate)
                    or nameof(IEthtool.SetEnergyEfficientEthernet)
                    or nameof(IEthtool.SetPause))
                Assert.Equal(false, Result());
            else
                Assert.Null(Result());
        }
    }

    [Theory]
    [MemberData(nameof(EachMethod))]
    public void EachCommand_Interrupted_IsRepeatedUnnoticed(string method)
    {
        var expected = Call(method, _ => 0);
        var signals = 0;

        Assert.Equal(expected, Call(method, _ => ++signals % 3 == 0 ? 0 : -4));
        Assert.True(signals >= 3);
    }

    [Fact]
    public void Failure_OfAnOrdinaryKind_ReadsAsASentence() => Assert.Equal(
        "SIOCETHTOOL ETHTOOL_GFEATURES on eth0 failed: No such device (errno 19)",
            Assert
                .Throws<LinuxException>(() => Call(nameof(IEthtool.ReadFeatures), command => command == 0x3a ? -19 : 0))
                .Message);

    private static IEnumerable<uint> CommandsOf(string method)
    {
        var kernel = new ScriptedKernel();
        Methods[method](new EthtoolSocket(kernel.Ioctl));
        Assert.NotEmpty(kernel.Commands);
        return kernel.Commands.Distinct();
    }

    private static object? Call(string method, Func<uint, int> before) =>
        Methods[method](new EthtoolSocket(new ScriptedKernel { Before = before }.Ioctl));
}
