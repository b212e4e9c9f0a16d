using System.Globalization;
using System.Net;
using System.Net.Sockets;

namespace NicHangExporter.Options;

/// <summary>
/// An address to listen on, as Prometheus components write it: <c>:19642</c>, <c>127.0.0.1:19642</c>,
/// <c>[::1]:19642</c>, <c>localhost:19642</c>.
/// </summary>
/// <param name="Address">The IP address; null for all addresses of the host.</param>
/// <param name="Port">0 to 65535; 0 lets the kernel choose.</param>
internal sealed record ListenAddress(IPAddress? Address, int Port)
{
    /// <summary>
    /// All addresses, port 19642: outside the range of Prometheus's port registry, below the ephemeral and the NodePort
    /// ranges.
    /// </summary>
    public static readonly ListenAddress Default = new(null, 19642);

    /// <summary>Parses the forms above. No host name but localhost is accepted.</summary>
    public static bool TryParse(string text, out ListenAddress address)
    {
        address = Default;
        var colon = text.LastIndexOf(':');
        if (colon < 0
            || !int.TryParse(text.AsSpan(colon + 1), NumberStyles.None, CultureInfo.InvariantCulture, out var port)
            || port > 65535)
            return false;
        var host = text[..colon];
        if (host.Length == 0)
        {
            address = new ListenAddress(null, port);
            return true;
        }
        if (host == "localhost")
            host = "127.0.0.1";
        var bracketed = host.StartsWith('[') && host.EndsWith(']');
        // IPAddress also accepts "1" and "0x7f.1".
        if (!IPAddress.TryParse(bracketed ? host[1..^1] : host, out var ip)
            || ip.AddressFamily == AddressFamily.InterNetworkV6 != bracketed
            || (!bracketed && host.Count(character => character == '.') != 3))
            return false;
        address = new ListenAddress(ip, port);
        return true;
    }

    public override string ToString() => Address is null ? $":{Port}" : new IPEndPoint(Address, Port).ToString();
}
