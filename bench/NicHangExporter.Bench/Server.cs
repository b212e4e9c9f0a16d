using System.Globalization;

namespace NicHangExporter.Bench;

/// <summary>A program that takes part in the comparisons, with its arguments.</summary>
/// <param name="Key">Its name in the results.</param>
/// <param name="Name">Its name in the tables.</param>
/// <param name="Port">The port on 127.0.0.1 of the network namespace.</param>
/// <param name="Program">Path of the program.</param>
/// <param name="Arguments">Its arguments without the address to listen on.</param>
internal sealed record Server(string Key, string Name, int Port, string Program, string[] Arguments)
{
    /// <summary>The exporter as the package installs it, with --collector.virtual.</summary>
    public const string Installed = "installed";

    /// <summary>The exporter with all collectors.</summary>
    public const string Everything = "everything";

    /// <summary>node_exporter with netclass, netdev and ethtool.</summary>
    public const string Node = "node";

    /// <summary>node_exporter with netclass and netdev by netlink.</summary>
    public const string Netlink = "netlink";

    private static readonly string[] NodeFamilies =
        ["--collector.disable-defaults", "--collector.netclass", "--collector.netdev"];

    /// <summary>The programs to compare, this exporter as installed first.</summary>
    /// <param name="place">Paths and the number of devices.</param>
    public static Server[] All(Place place)
    {
        // A veth is a virtual device, and the default limit of the number of devices is below a thousand.
        string[] ours =
        [
            "--collector.virtual", string.Create(CultureInfo.InvariantCulture, $"--device.max={place.Devices + 250}"),
        ];
        return
        [
            new(Installed, "nic-hang-exporter, as installed", 19100, place.Exporter,
                [.. ours, $"--state.directory={place.State(Installed)}"]),
            new(Everything, "nic-hang-exporter, all collectors", 19101, place.Exporter,
                [
                    .. ours, $"--state.directory={place.State(Everything)}", "--collector.features=all",
                    "--collector.eee", "--collector.pause", "--collector.rings",
                ]),
            // Without its limit of 40 parallel requests, beyond which it refuses.
            new(Node, "node_exporter", 19102, place.NodeExporter,
                [.. NodeFamilies, "--collector.ethtool", "--web.max-requests=0"]),
            new(Netlink, "node_exporter, netlink, no ethtool", 19103, place.NodeExporter,
                [
                    .. NodeFamilies, "--collector.netclass.netlink", "--collector.netdev.netlink",
                    "--web.max-requests=0",
                ]),
        ];
    }

    /// <summary>Those of <see cref="All"/> with the keys, started and warmed up.</summary>
    public static Peer[] Start(Place place, int warmUp, params string[] keys)
    {
        var peers = All(place).Where(server => keys.Contains(server.Key)).Select(server => new Peer(server)).ToArray();
        foreach (var peer in peers)
            peer.WarmUp(warmUp);
        return peers;
    }
}
