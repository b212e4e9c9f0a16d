using System.Net.Sockets;
using NicHangExporter.Linux;
using NicHangExporter.Linux.Ethtool;
using NicHangExporter.Options;
using NicHangExporter.Persistence;
using NicHangExporter.Persistence.Helper;

namespace NicHangExporter.Cli;

/// <summary>
/// The hidden command <c>persist-helper</c>: systemd starts it as root for each connection to the persistence socket
/// (<c>Accept=yes</c>, <c>StandardInput=socket</c>).
/// </summary>
internal static class PersistHelperCommand
{
    /// <summary>Answers the connection at standard input.</summary>
    /// <param name="options">The options: where the host is.</param>
    /// <param name="error">What was refused, in one line, for the log of systemd.</param>
    /// <returns>The exit code: 0 if the request was carried out; 1 otherwise.</returns>
    public static async Task<int> RunAsync(ExporterOptions options, TextWriter error)
    {
        string? refusal;
        try
        {
            using var socket = new Socket(new SafeSocketHandle(0, ownsHandle: false));
            refusal = await new PersistHelper(HostRoot.From(options.Paths), ReadFeatures)
                .ServeAsync(socket, PeerCredentials.Read(socket).Uid);
        }
        catch (Exception exception) when (exception is SocketException or LinuxException)
        {
            refusal = $"standard input is no connection to the persistence socket, or it broke: {exception.Message}";
        }
        if (refusal is null)
            return CommandRunner.Success;
        await error.WriteLineAsync($"nic-hang-exporter: {ConsoleWriter.Clean(refusal)}");
        return CommandRunner.Failure;
    }

    private static DeviceFeatures? ReadFeatures(InterfaceName device)
    {
        using var ethtool = new EthtoolSocket();
        return ethtool.ReadFeatures(device);
    }
}
