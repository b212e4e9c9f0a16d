using System.Collections.Immutable;
using NicHangExporter.Linux.Uapi;

namespace NicHangExporter.Linux.Ethtool;

/// <summary>
/// Translates between feature names and feature bits. Bit numbers are not ABI: kernels insert features in the middle
/// and leave gaps with an empty name. The names must therefore come from the same kernel. Bit <c>n</c> is in word <c>n
/// / 32</c>.
/// </summary>
internal static class FeatureBits
{
    private const int BitsPerWord = 32;

    /// <summary>The state of each feature that has both a name and a bit.</summary>
    public static DeviceFeatures Decode(IReadOnlyList<string> names, ReadOnlySpan<EthtoolGetFeaturesBlock> blocks)
    {
        var features = ImmutableArray.CreateBuilder<Feature>(names.Count);
        for (var bit = 0; bit < names.Count && bit / BitsPerWord < blocks.Length; bit++)
        {
            if (names[bit].Length == 0)
                continue;
            ref readonly var block = ref blocks[bit / BitsPerWord];
            var mask = 1u << bit % BitsPerWord;
            features.Add(new Feature(
                names[bit],
                Available: (block.Available & mask) != 0,
                Requested: (block.Requested & mask) != 0,
                Active: (block.Active & mask) != 0,
                NeverChanged: (block.NeverChanged & mask) != 0));
        }
        return new DeviceFeatures(features.DrainToImmutable());
    }

    /// <summary>Writes the changes into the blocks. The caller passes zeroed blocks.</summary>
    /// <exception cref="ArgumentException">A name without a bit, or two opposite changes of one feature.</exception>
    public static void Encode(
        IReadOnlyList<FeatureChange> changes, IReadOnlyList<string> names, Span<EthtoolSetFeaturesBlock> blocks)
    {
        foreach (var change in changes)
        {
            var bit = BitOf(change.Name, names);
            if (bit < 0 || bit / BitsPerWord >= blocks.Length)
                throw new ArgumentException($"This kernel has no feature '{change.Name}'.", nameof(changes));
            ref var block = ref blocks[bit / BitsPerWord];
            var mask = 1u << bit % BitsPerWord;
            var requested = change.On ? mask : 0;
            if ((block.Valid & mask) != 0 && (block.Requested & mask) != requested)
                throw new ArgumentException($"Feature '{change.Name}' is requested both on and off.", nameof(changes));
            block.Valid |= mask;
            block.Requested |= requested;
        }
    }

    // A gap has an empty name, and so has a default FeatureChange. The two must not match.
    private static int BitOf(string? name, IReadOnlyList<string> names)
    {
        if (string.IsNullOrEmpty(name))
            return -1;
        for (var bit = 0; bit < names.Count; bit++)
            if (names[bit] == name)
                return bit;
        return -1;
    }
}
