using System.Runtime.CompilerServices;
using System.Runtime.InteropServices;
using NicHangExporter.Linux.Uapi;

namespace NicHangExporter.Linux.Ethtool;

/// <summary>
/// <see cref="IEthtool"/> by <c>ioctl(SIOCETHTOOL)</c>, in the network namespace of the thread that created this
/// object. Any thread may use it, also concurrently; the kernel runs one command at a time. Each call asks the kernel.
/// Decoded answers are kept by their bytes, not by device, so that equal ones are decoded once. What is the same for
/// all devices is read once: the names of the kernel's features and the size of its link modes.
/// </summary>
/// <remarks>
/// The kernel writes as many items as the command's count allows, so every count sent equals the size of the buffer.
/// Every count received is checked against a maximum before it sizes a buffer. A count above the maximum is
/// <see cref="Errno.Overflow"/>, and an answer that keeps changing is <see cref="Errno.Again"/>. Neither changes the
/// device.
/// </remarks>
public sealed class EthtoolSocket : IEthtool, IDisposable
{
    /// <summary>A larger string set is an error. Even the counters of hundreds of queues stay well below.</summary>
    internal const int MaxStrings = 1 << 16;

    /// <summary>Words of 32 features. Current kernels use two, and both are full.</summary>
    internal const int MaxFeatureWords = 32;

    /// <summary>Attempts to read an answer whose size changes between the count and the content.</summary>
    internal const int MaxAttempts = 4;

    // dev->addr_len is an unsigned char, so the kernel never returns ETOOSMALL.
    private const int MaxAddressLength = byte.MaxValue;

    private readonly EthtoolChannel _channel;
    private readonly StringSets _strings;
    private readonly DriverStatistics _statistics;
    private readonly DecodedAnswers<DriverInfo> _drivers = new(DecodeDriverInfo);
    private readonly DecodedAnswers<LinkSettings> _links = new(DecodeLinkSettings);
    private readonly DecodedAnswers<DeviceFeatures> _features;
    private volatile string[]? _featureNames;
    private volatile sbyte _linkModeWords;

    /// <exception cref="LinuxException">No socket can be opened.</exception>
    public EthtoolSocket() : this(new IoctlSocket())
    {
    }

    /// <summary>Replaces the kernel, for tests.</summary>
    internal EthtoolSocket(DeviceIoctl ioctl) : this(new IoctlSocket(ioctl))
    {
    }

    private EthtoolSocket(IoctlSocket socket)
    {
        _channel = new EthtoolChannel(socket);
        _strings = new StringSets(_channel);
        _statistics = new DriverStatistics(_channel, _strings);
        _features = new DecodedAnswers<DeviceFeatures>(raw =>
            FeatureBits.Decode(_featureNames!, MemoryMarshal.Cast<byte, EthtoolGetFeaturesBlock>(raw)));
    }

    /// <inheritdoc/>
    public DriverInfo? ReadDriverInfo(InterfaceName device)
    {
        if (_channel.Read<EthtoolDrvInfo>(device, EthtoolCommand.GetDriverInfo) is not { } info)
            return null;
        ReadOnlySpan<EthtoolString> fields = [info.Driver, info.Version, info.FirmwareVersion, info.BusInfo];
        return _drivers.Of(MemoryMarshal.AsBytes(fields));
    }

    /// <inheritdoc/>
    public bool? ReadLink(InterfaceName device) =>
        _channel.Read<EthtoolValue>(device, EthtoolCommand.GetLink) is not { } link ? null : link.Value != 0;

    /// <inheritdoc/>
    public EnergyEfficientEthernet? ReadEnergyEfficientEthernet(InterfaceName device) =>
        _channel.Read<EthtoolEee>(device, EthtoolCommand.GetEnergyEfficientEthernet) is not { } eee
            ? null
            : new EnergyEfficientEthernet(
            eee.Enabled != 0, eee.Active != 0, eee.TxLpiEnabled != 0, eee.TxLpiTimer, eee.Supported, eee.Advertised);

    /// <inheritdoc/>
    public PauseParameters? ReadPause(InterfaceName device) =>
        _channel.Read<EthtoolPauseParam>(device, EthtoolCommand.GetPause) is not { } pause ? null : new PauseParameters(
            pause.Autonegotiation != 0, pause.Rx != 0, pause.Tx != 0);

    /// <inheritdoc/>
    public RingParameters? ReadRings(InterfaceName device) =>
        _channel.Read<EthtoolRingParam>(device, EthtoolCommand.GetRings) is not { } rings ? null : new RingParameters(
            rings.Rx, rings.RxMax, rings.Tx, rings.TxMax);

    /// <inheritdoc/>
    public bool Renegotiate(InterfaceName device) =>
        _channel.Read<EthtoolValue>(device, EthtoolCommand.Renegotiate) is not null;

    /// <inheritdoc/>
    public bool SetEnergyEfficientEthernet(InterfaceName device, bool enabled)
    {
        if (_channel.Read<EthtoolEee>(device, EthtoolCommand.GetEnergyEfficientEthernet) is not { } eee)
            return false;
        if (eee.Enabled != 0 == enabled)
            return true;
        // The other fields are sent back unchanged: drivers answer EINVAL if tx_lpi_* differs from the current value.
        eee.Enabled = enabled ? 1u : 0;
        // Some drivers (igc) report no advertised modes while EEE is off, and would advertise none.
        if (enabled && eee.Advertised == 0)
            eee.Advertised = eee.Supported;
        return _channel.Write(device, EthtoolCommand.SetEnergyEfficientEthernet, eee);
    }

    /// <inheritdoc/>
    public bool SetPause(InterfaceName device, PauseParameters pause)
    {
        ArgumentNullException.ThrowIfNull(pause);
        if (ReadPause(device) is not { } present)
            return false;
        return present == pause || _channel.Write(device, EthtoolCommand.SetPause, new EthtoolPauseParam
        {
            Autonegotiation = pause.Autonegotiation ? 1u : 0,
            Rx = pause.Rx ? 1u : 0,
            Tx = pause.Tx ? 1u : 0,
        });
    }

    /// <inheritdoc/>
    public LinkSettings? ReadLinkSettings(InterfaceName device)
    {
        // Three bit sets of up to 127 words follow the settings (a signed byte counts them).
        Span<byte> payload = stackalloc byte[Unsafe.SizeOf<EthtoolLinkSettings>() + 3 * sbyte.MaxValue * sizeof(uint)];
        var words = _linkModeWords;
        for (var attempt = 0; attempt < MaxAttempts; attempt++)
        {
            payload.Clear();
            ref var settings = ref EthtoolChannel.As<EthtoolLinkSettings>(payload);
            settings.LinkModeWords = words;
            if (_channel.Send(device, EthtoolCommand.GetLinkSettings, payload) is null)
                return null;
            if (settings.LinkModeWords == words)
            {
                _linkModeWords = words;
                return _links.Of(payload[..Unsafe.SizeOf<EthtoolLinkSettings>()]);
            }
            // A negative number is the negated size that the kernel expects, and the rest of the answer is unset. Any
            // other number is invalid.
            if (settings.LinkModeWords is >= 0 or sbyte.MinValue)
                throw EthtoolChannel.Failure(device, EthtoolCommand.GetLinkSettings, Errno.Overflow);
            words = (sbyte)-settings.LinkModeWords;
        }
        throw EthtoolChannel.Failure(device, EthtoolCommand.GetLinkSettings, Errno.Again);
    }

    /// <inheritdoc/>
    public byte[]? ReadPermanentAddress(InterfaceName device)
    {
        Span<byte> payload = stackalloc byte[Unsafe.SizeOf<EthtoolPermAddr>() + MaxAddressLength];
        payload.Clear();
        ref var header = ref EthtoolChannel.As<EthtoolPermAddr>(payload);
        header.Size = MaxAddressLength;
        if (_channel.Send(device, EthtoolCommand.GetPermanentAddress, payload) is null)
            return null;
        EthtoolChannel.Check(device, EthtoolCommand.GetPermanentAddress, header.Size, MaxAddressLength);
        var address = payload.Slice(Unsafe.SizeOf<EthtoolPermAddr>(), (int)header.Size);
        // A device without a permanent address reports all zeros (ethtool: "not set").
        return address.ContainsAnyExcept((byte)0) ? address.ToArray() : null;
    }

    /// <inheritdoc/>
    public IReadOnlyList<string>? ReadStringSet(InterfaceName device, StringSet stringSet) =>
        _strings.Read(device, stringSet);

    /// <inheritdoc/>
    public IReadOnlyList<Statistic>? ReadStatistics(InterfaceName device) => _statistics.Read(device);

    /// <inheritdoc/>
    public ChosenStatistics? ReadChosenStatistics(
        InterfaceName device, StatisticFilter filter, ChosenStatistics? last, bool readsNames) =>
        _statistics.Read(device, filter, last, readsNames);

    /// <inheritdoc/>
    public DeviceFeatures? ReadFeatures(InterfaceName device)
    {
        if ((_featureNames ??= _strings.Read(device, StringSet.Features)) is null)
            return null;
        Span<EthtoolGetFeaturesBlock> blocks = stackalloc EthtoolGetFeaturesBlock[MaxFeatureWords];
        return ReadFeatureBlocks(device, blocks) is { } words
            ? _features.Of(MemoryMarshal.AsBytes(blocks[..words]))
            : null;
    }

    /// <inheritdoc/>
    public SetFeaturesResult SetFeatures(InterfaceName device, IReadOnlyList<FeatureChange> changes)
    {
        ArgumentNullException.ThrowIfNull(changes);
        if (changes.Count == 0)
            throw new ArgumentException("No feature to change: empty never means all.", nameof(changes));
        var names = ReadStringSet(device, StringSet.Features)
            ?? throw EthtoolChannel.Failure(device, EthtoolCommand.GetStringSetInfo, Errno.NotSupported);
        // The size must equal the kernel's own, which ETHTOOL_GFEATURES returns.
        var words = ReadFeatureBlocks(device, stackalloc EthtoolGetFeaturesBlock[MaxFeatureWords])
            ?? throw EthtoolChannel.Failure(device, EthtoolCommand.GetFeatures, Errno.NotSupported);

        var payload = new byte[Unsafe.SizeOf<EthtoolSFeatures>() + words * Unsafe.SizeOf<EthtoolSetFeaturesBlock>()];
        EthtoolChannel.As<EthtoolSFeatures>(payload).BlockCount = (uint)words;
        FeatureBits.Encode(changes, names, EthtoolChannel.Tail<EthtoolSFeatures, EthtoolSetFeaturesBlock>(payload));
        var result = _channel.Send(device, EthtoolCommand.SetFeatures, payload)
            ?? throw EthtoolChannel.Failure(device, EthtoolCommand.SetFeatures, Errno.NotSupported);
        return (SetFeaturesResult)result;
    }

    /// <inheritdoc/>
    public void Dispose() => _channel.Dispose();

    // The number of blocks of this kernel.
    private int? ReadFeatureBlocks(InterfaceName device, Span<EthtoolGetFeaturesBlock> blocks)
    {
        Span<byte> payload = stackalloc byte[
            Unsafe.SizeOf<EthtoolGFeatures>() + MaxFeatureWords * Unsafe.SizeOf<EthtoolGetFeaturesBlock>()];
        payload.Clear();
        ref var header = ref EthtoolChannel.As<EthtoolGFeatures>(payload);
        header.BlockCount = MaxFeatureWords;
        if (_channel.Send(device, EthtoolCommand.GetFeatures, payload) is null)
            return null;
        var words = EthtoolChannel.Check(device, EthtoolCommand.GetFeatures, header.BlockCount, MaxFeatureWords);
        EthtoolChannel.Tail<EthtoolGFeatures, EthtoolGetFeaturesBlock>(payload)[..words].CopyTo(blocks);
        return words;
    }

    private static DriverInfo DecodeDriverInfo(ReadOnlySpan<byte> raw)
    {
        var fields = MemoryMarshal.Cast<byte, EthtoolString>(raw);
        return new DriverInfo(
            KernelString.Read(fields[0]), KernelString.Read(fields[1]), KernelString.Read(fields[2]),
            KernelString.Read(fields[3]));
    }

    private static LinkSettings DecodeLinkSettings(ReadOnlySpan<byte> raw)
    {
        var settings = MemoryMarshal.Read<EthtoolLinkSettings>(raw);
        return new LinkSettings(
            // Drivers report an unknown speed as SPEED_UNKNOWN, as 0, or as the 16-bit form of it.
            settings.Speed is EthtoolLinkSettings.SpeedUnknown or 0 or ushort.MaxValue ? null : settings.Speed,
            (Duplex)settings.Duplex is var duplex and (Duplex.Half or Duplex.Full) ? duplex : Duplex.Unknown,
            settings.Autonegotiation != 0);
    }
}
