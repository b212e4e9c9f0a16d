using System.Collections.Immutable;
using System.Runtime.CompilerServices;

namespace NicHangExporter.Linux.Ethtool;

/// <summary>Chooses some of a driver's counters by name, once for each set of names. Thread-safe.</summary>
/// <param name="includes">True for a name that is wanted. Its answer for a name never changes.</param>
public sealed class StatisticFilter(Func<string, bool> includes)
{
    private readonly ConditionalWeakTable<IReadOnlyList<string>, int[]> _places = [];

    /// <summary>
    /// The places of the wanted names in a list that never changes. If the driver uses a name twice, the first one.
    /// </summary>
    internal int[] PlacesOf(IReadOnlyList<string> names)
    {
        if (_places.TryGetValue(names, out var known))
            return known;
        var places = Find(names);
        _places.AddOrUpdate(names, places);
        return places;
    }

    private int[] Find(IReadOnlyList<string> names)
    {
        var seen = new HashSet<string>();
        return [.. Enumerable.Range(0, names.Count).Where(place => includes(names[place]) && seen.Add(names[place]))];
    }
}

/// <summary>The wanted counters of one device.</summary>
/// <param name="All">The counters, in the driver's order.</param>
public sealed record ChosenStatistics(ImmutableArray<Statistic> All)
{
    /// <summary>The names of all counters of the driver; null if they are not known.</summary>
    internal IReadOnlyList<string>? Names { get; init; }

    /// <summary>What chose them.</summary>
    internal StatisticFilter? Filter { get; init; }
}
