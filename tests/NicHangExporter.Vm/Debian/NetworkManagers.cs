using System.Collections.Immutable;

namespace NicHangExporter.Vm.Debian;

/// <summary>The network managers for which there are guests.</summary>
internal static class NetworkManagers
{
    public static ImmutableSortedDictionary<string, NetworkManager> All { get; } =
        new[] { NetworkManager.Ifupdown2, NetworkManager.Ifupdown, NetworkManager.Itself, NetworkManager.Networkd }
        .ToImmutableSortedDictionary(manager => manager.Name, manager => manager);
}
