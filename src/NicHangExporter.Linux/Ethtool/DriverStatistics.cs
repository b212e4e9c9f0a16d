using System.Buffers;
using System.Collections.Immutable;
using System.Runtime.CompilerServices;
using NicHangExporter.Linux.Uapi;

namespace NicHangExporter.Linux.Ethtool;

/// <summary>
/// Reads a driver's counters. Names and values are read by two commands. A change of the queues in between changes the
/// number of both.
/// </summary>
internal sealed class DriverStatistics(EthtoolChannel channel, StringSets strings)
{
    /// <inheritdoc cref="IEthtool.ReadStatistics"/>
    public IReadOnlyList<Statistic>? Read(InterfaceName device)
    {
        for (var attempt = 0; attempt < EthtoolSocket.MaxAttempts; attempt++)
        {
            if (strings.Read(device, StringSet.Statistics) is not { } names)
                return null;
            if (names.Length == 0)
                return [];
            using var values = new Values(names.Length);
            if (!TryRead(device, values, out var isSupported))
                continue;
            if (!isSupported)
                return null;
            var statistics = new Statistic[names.Length];
            for (var i = 0; i < statistics.Length; i++)
                statistics[i] = new Statistic(names[i], values.All[i]);
            return statistics;
        }
        throw EthtoolChannel.Failure(device, EthtoolCommand.GetStatistics, Errno.Again);
    }

    /// <inheritdoc cref="IEthtool.ReadChosenStatistics"/>
    public ChosenStatistics? Read(
        InterfaceName device, StatisticFilter filter, ChosenStatistics? last, bool readsNames)
    {
        last = last?.Filter == filter ? last : null;
        var names = readsNames ? null : last?.Names;
        for (var attempt = 0; attempt < EthtoolSocket.MaxAttempts; attempt++, names = null)
        {
            // Counted immediately before the values are read: older kernels write all of them into the buffer.
            if (names is not null && strings.Count(device, StringSet.Statistics) != names.Count)
                names = null;
            names ??= strings.Read(device, StringSet.Statistics);
            if (names is null)
                return null;
            var places = filter.PlacesOf(names);
            if (places.Length == 0)
                return ReferenceEquals(names, last?.Names) ? last
                    : new ChosenStatistics([]) { Names = names, Filter = filter };
            using var values = new Values(names.Count);
            if (!TryRead(device, values, out var isSupported))
                continue;
            if (!isSupported)
                return null;
            if (ReferenceEquals(names, last?.Names) && AreEqual(last.All, places, values.All))
                return last;
            var all = ImmutableArray.CreateBuilder<Statistic>(places.Length);
            foreach (var place in places)
                all.Add(new Statistic(names[place], values.All[place]));
            return new ChosenStatistics(all.MoveToImmutable()) { Names = names, Filter = filter };
        }
        throw EthtoolChannel.Failure(device, EthtoolCommand.GetStatistics, Errno.Again);
    }

    private static bool AreEqual(ImmutableArray<Statistic> last, int[] places, ReadOnlySpan<ulong> values)
    {
        for (var i = 0; i < places.Length; i++)
            if (last[i].Value != values[places[i]])
                return false;
        return true;
    }

    // False if the number of values is another one.
    private bool TryRead(InterfaceName device, in Values values, out bool isSupported)
    {
        var payload = values.Payload;
        payload.Clear();
        ref var header = ref EthtoolChannel.As<EthtoolStats>(payload);
        header.Count = (uint)values.Count;
        isSupported = channel.Send(device, EthtoolCommand.GetStatistics, payload) is not null;
        return !isSupported || header.Count == values.Count;
    }

    // A rented buffer for the command and so many values.
    private readonly ref struct Values(int count)
    {
        private readonly byte[] _buffer = ArrayPool<byte>.Shared.Rent(LengthOf(count));

        public int Count => count;

        public Span<byte> Payload => _buffer.AsSpan(0, LengthOf(count));

        public ReadOnlySpan<ulong> All => EthtoolChannel.Tail<EthtoolStats, ulong>(Payload)[..count];

        public void Dispose() => ArrayPool<byte>.Shared.Return(_buffer);

        private static int LengthOf(int count) =>
            Unsafe.SizeOf<EthtoolStats>() + EthtoolChannel.WithMargin(count) * sizeof(ulong);
    }
}
