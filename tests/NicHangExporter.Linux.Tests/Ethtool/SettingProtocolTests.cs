using NicHangExporter.Linux.Ethtool;

namespace NicHangExporter.Linux.Tests.Ethtool;

/// <summary>Special cases of changing EEE and pause, simulated by a kernel that answers in bytes.</summary>
public sealed class SettingProtocolTests
{
    private const uint GetPause = 0x12, SetPause = 0x13, GetEee = 0x44, SetEee = 0x45;
    private const int Supported = 0, Advertised = 1, Enabled = 4;

    private static readonly InterfaceName Device = InterfaceName.TryParse("eth0", out var name) ? name : default;
    private readonly ScriptedKernel _kernel = new();

    [Theory]
    [InlineData(true)]
    [InlineData(false)]
    public void SetEnergyEfficientEthernet_ToTheOther_ChangesTheSwitchAndNothingElse(bool enabled)
    {
        _kernel.EeeWords[Enabled] = enabled ? 0u : 1;
        uint[] expected = [.. _kernel.EeeWords];
        expected[Enabled] = enabled ? 1u : 0;

        Assert.True(Open().SetEnergyEfficientEthernet(Device, enabled));

        Assert.Equal(expected, _kernel.EeeWords);
        Assert.Equal([GetEee, SetEee], _kernel.Commands);
    }

    [Fact]
    public void SetEnergyEfficientEthernet_OnWithNothingAdvertised_AdvertisesWhatIsSupported()
    {
        _kernel.EeeWords[Supported] = 0x28;
        _kernel.EeeWords[Advertised] = 0;
        _kernel.EeeWords[Enabled] = 0;

        Assert.True(Open().SetEnergyEfficientEthernet(Device, enabled: true));

        Assert.Equal(0x28u, _kernel.EeeWords[Advertised]);
    }

    // A driver may call any number "enabled".
    [Theory]
    [InlineData(0u, false)]
    [InlineData(1u, true)]
    [InlineData(uint.MaxValue, true)]
    public void SetEnergyEfficientEthernet_ToWhatItIsAlready_SendsNothing(uint word, bool enabled)
    {
        _kernel.EeeWords[Enabled] = word;

        Assert.True(Open().SetEnergyEfficientEthernet(Device, enabled));

        Assert.Equal([GetEee], _kernel.Commands);
    }

    [Fact]
    public void SetEnergyEfficientEthernet_TimerChangedMeanwhile_IsTheDriversInvalid()
    {
        _kernel.After = command => _kernel.EeeWords[6] += command == GetEee ? 1u : 0;

        var exception = Assert.Throws<LinuxException>(() => Open().SetEnergyEfficientEthernet(Device, enabled: false));

        Assert.Equal("SIOCETHTOOL ETHTOOL_SEEE on eth0 failed: Invalid argument (errno 22)", exception.Message);
        Assert.Equal(1u, _kernel.EeeWords[Enabled]);
    }

    [Theory]
    [InlineData(false, false, false)]
    [InlineData(true, true, true)]
    [InlineData(false, false, true)]
    [InlineData(false, true, false)]
    [InlineData(true, false, false)]
    public void SetPause_ToAnother_IsWhereTheKernelLooks(bool autonegotiation, bool rx, bool tx)
    {
        Assert.True(Open().SetPause(Device, new PauseParameters(autonegotiation, rx, tx)));

        Assert.Equal([autonegotiation ? 1u : 0, rx ? 1u : 0, tx ? 1u : 0], _kernel.PauseWords);
        Assert.Equal([GetPause, SetPause], _kernel.Commands);
        Assert.Equal(new PauseParameters(autonegotiation, rx, tx), Open().ReadPause(Device));
    }

    [Fact]
    public void SetPause_ToWhatItIsAlready_SendsNothing()
    {
        Assert.True(Open().SetPause(Device, new PauseParameters(Autonegotiation: true, Rx: false, Tx: true)));

        Assert.Equal([GetPause], _kernel.Commands);
    }

    [Fact]
    public void SetPause_Nothing_IsRefusedBeforeAnyCall()
    {
        Assert.Throws<ArgumentNullException>(() => Open().SetPause(Device, null!));
        Assert.Empty(_kernel.Commands);
    }

    private EthtoolSocket Open() => new(_kernel.Ioctl);
}
