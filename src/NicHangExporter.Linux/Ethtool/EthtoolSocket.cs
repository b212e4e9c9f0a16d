using System.Runtime.CompilerServices;
using NicHangExporter.Linux.Uapi;

namespace NicHangExporter.Linux.Ethtool;

/// <summary>
/// <see cref="IEthtool"/> by <c>ioctl(SIOCETHTOOL)</c>, in the network namespace of the thread that created this
/// object. Any thread may use it, also concurrently; the kernel runs one command at a time. Nothing is cached between
/// calls.
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

    /// <exception cref="LinuxException">No socket can be opened.</exception>
    public EthtoolSocket() => _channel = new EthtoolChannel(new IoctlSocket());

    /// <summary>Replaces the kernel, for tests.</summary>
    internal EthtoolSocket(DeviceIoctl ioctl) => _channel = new EthtoolChannel(new IoctlSocket(ioctl));

    /// <inheritdoc/>
    public DriverInfo? ReadDriverInfo(InterfaceName device) =>
        _channel.Read<EthtoolDrvInfo>(device, EthtoolCommand.GetDriverInfo) is not { } info ? null : new DriverInfo(
            KernelString.Read(info.Driver), KernelString.Read(info.Version),
            KernelString.Read(info.FirmwareVersion), KernelString.Read(info.BusInfo));

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
        sbyte words = 0;
        for (var attempt = 0; attempt < MaxAttempts; attempt++)
        {
            payload.Clear();
            ref var settings = ref EthtoolChannel.As<EthtoolLinkSettings>(payload);
            settings.LinkModeWords = words;
            if (_channel.Send(device, EthtoolCommand.GetLinkSettings, payload) is null)
                return null;
            if (settings.LinkModeWords == words)
                return LinkSettingsOf(settings);
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
        var payload = new byte[Unsafe.SizeOf<EthtoolPermAddr>() + MaxAddressLength];
        ref var header = ref EthtoolChannel.As<EthtoolPermAddr>(payload);
        header.Size = MaxAddressLength;
        if (_channel.Send(device, EthtoolCommand.GetPermanentAddress, payload) is null)
            return null;
        EthtoolChannel.Check(device, EthtoolCommand.GetPermanentAddress, header.Size, MaxAddressLength);
        var address = payload.AsSpan(Unsafe.SizeOf<EthtoolPermAddr>(), (int)header.Size);
        // A device without a permanent address reports all zeros (ethtool: "not set").
        return address.ContainsAnyExcept((byte)0) ? address.ToArray() : null;
    }

    /// <inheritdoc/>
    public IReadOnlyList<string>? ReadStringSet(InterfaceName device, StringSet stringSet)
    {
        for (var attempt = 0; attempt < MaxAttempts; attempt++)
        {
            if (CountStrings(device, stringSet) is not { } count)
                return null;
            // A count of 0 is never sent: the kernel takes it for "any number".
            if (count == 0)
                return [];
            if (!TryReadStrings(device, stringSet, count, out var strings))
                continue;
            return strings;
        }
        throw EthtoolChannel.Failure(device, EthtoolCommand.GetStrings, Errno.Again);
    }

    /// <inheritdoc/>
    public IReadOnlyList<Statistic>? ReadStatistics(InterfaceName device)
    {
        // Names and values are read by two commands. A change of the queues in between changes the number of both.
        for (var attempt = 0; attempt < MaxAttempts; attempt++)
        {
            if (ReadStringSet(device, StringSet.Statistics) is not { } names)
                return null;
            if (names.Count == 0)
                return [];
            if (!TryReadValues(device, names.Count, out var values))
                continue;
            if (values is null)
                return null;
            var statistics = new Statistic[names.Count];
            for (var i = 0; i < statistics.Length; i++)
                statistics[i] = new Statistic(names[i], values[i]);
            return statistics;
        }
        throw EthtoolChannel.Failure(device, EthtoolCommand.GetStatistics, Errno.Again);
    }

    /// <inheritdoc/>
    public DeviceFeatures? ReadFeatures(InterfaceName device)
    {
        if (ReadStringSet(device, StringSet.Features) is not { } names)
            return null;
        return ReadFeatureBlocks(device) is { } blocks ? FeatureBits.Decode(names, blocks) : null;
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
        var words = ReadFeatureBlocks(device)?.Length
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

    private EthtoolGetFeaturesBlock[]? ReadFeatureBlocks(InterfaceName device)
    {
        var payload = new byte[
            Unsafe.SizeOf<EthtoolGFeatures>() + MaxFeatureWords * Unsafe.SizeOf<EthtoolGetFeaturesBlock>()];
        ref var header = ref EthtoolChannel.As<EthtoolGFeatures>(payload);
        header.BlockCount = MaxFeatureWords;
        if (_channel.Send(device, EthtoolCommand.GetFeatures, payload) is null)
            return null;
        var words = EthtoolChannel.Check(device, EthtoolCommand.GetFeatures, header.BlockCount, MaxFeatureWords);
        return EthtoolChannel.Tail<EthtoolGFeatures, EthtoolGetFeaturesBlock>(payload)[..words].ToArray();
    }

    // Null if the driver has no such set: the call succeeds, but the bit of the set is cleared.
    private int? CountStrings(InterfaceName device, StringSet stringSet)
    {
        Span<byte> payload = stackalloc byte[Unsafe.SizeOf<EthtoolSsetInfo>() + sizeof(uint)];
        payload.Clear();
        ref var header = ref EthtoolChannel.As<EthtoolSsetInfo>(payload);
        header.Mask = 1ul << (int)stringSet;
        if (_channel.Send(device, EthtoolCommand.GetStringSetInfo, payload) is null || header.Mask == 0)
            return null;
        return EthtoolChannel.Check(
            device, EthtoolCommand.GetStringSetInfo, EthtoolChannel.Tail<EthtoolSsetInfo, uint>(payload)[0],
            MaxStrings);
    }

    // False if the number of strings has changed in between.
    private bool TryReadStrings(InterfaceName device, StringSet stringSet, int count, out string[]? strings)
    {
        strings = null;
        var payload = new byte[Unsafe.SizeOf<EthtoolGStrings>() + WithMargin(count) * EthtoolString.Length];
        ref var header = ref EthtoolChannel.As<EthtoolGStrings>(payload);
        header.StringSet = (uint)stringSet;
        header.Count = (uint)count;
        if (_channel.Send(device, EthtoolCommand.GetStrings, payload) is null)
            return true;
        if (header.Count != count)
            return false;
        var fields = EthtoolChannel.Tail<EthtoolGStrings, EthtoolString>(payload);
        strings = new string[count];
        for (var i = 0; i < count; i++)
            strings[i] = KernelString.Read(fields[i]);
        return true;
    }

    // False if the number of values has changed in between.
    private bool TryReadValues(InterfaceName device, int count, out ulong[]? values)
    {
        values = null;
        var payload = new byte[Unsafe.SizeOf<EthtoolStats>() + WithMargin(count) * sizeof(ulong)];
        ref var header = ref EthtoolChannel.As<EthtoolStats>(payload);
        header.Count = (uint)count;
        if (_channel.Send(device, EthtoolCommand.GetStatistics, payload) is null)
            return true;
        if (header.Count != count)
            return false;
        values = EthtoolChannel.Tail<EthtoolStats, ulong>(payload)[..count].ToArray();
        return true;
    }

    // Older kernels ignore the given count and write all items. The margin covers queues that are added in between.
    private static int WithMargin(int count) => 2 * count + 256;

    private static LinkSettings LinkSettingsOf(in EthtoolLinkSettings settings) => new(
        // Drivers report an unknown speed as SPEED_UNKNOWN, as 0, or as the 16-bit form of it.
        settings.Speed is EthtoolLinkSettings.SpeedUnknown or 0 or ushort.MaxValue ? null : settings.Speed,
        (Duplex)settings.Duplex is var duplex and (Duplex.Half or Duplex.Full) ? duplex : Duplex.Unknown,
        settings.Autonegotiation != 0);
}
