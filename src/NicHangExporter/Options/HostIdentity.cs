using System.Net;
using System.Net.Sockets;

namespace NicHangExporter.Options;

/// <summary>The names of this host in the labels of alerts.</summary>
internal static class HostIdentity
{
    /// <summary>The kernel's default host name.</summary>
    private const string Nobody = "(none)";

    /// <summary>
    /// The configured names. Without any: the kernel's host name, the same without its domain, and the listen
    /// addresses. A name without a port is also known with the listen ports. No name is empty. Read again each time,
    /// because a host may get its name late.
    /// </summary>
    public static IReadOnlySet<string> Read(ExporterOptions options) =>
        (options.Api.Identities.Count > 0 ? options.Api.Identities : Default(options)).Where(name => name.Length > 0)
            .SelectMany(name => WithPorts(name, options.Web.ListenAddresses))
            .ToHashSet(StringComparer.OrdinalIgnoreCase);

    /// <summary>The label <c>instance</c> of outgoing alerts, as Prometheus sets it for a target.</summary>
    public static string Instance(ExporterOptions options) => options.Api.Identities is [var first, ..] ? first
        : HostName(options) is { Length: > 0 } name
            ? $"{name}:{options.Web.ListenAddresses[0].Port}"
            : options.Web.ListenAddresses[0].ToString();

    /// <summary>/proc/sys/kernel/hostname; empty where it can't be read.</summary>
    public static string HostName(ExporterOptions options)
    {
        try
        {
            return File.ReadAllText(Path.Combine(options.Paths.Procfs, "sys/kernel/hostname")).Trim();
        }
        catch (Exception exception) when (exception is IOException or UnauthorizedAccessException)
        {
            return "";
        }
    }

    private static IEnumerable<string> Default(ExporterOptions options)
    {
        var full = HostName(options);
        // Every host is localhost and 127.0.0.1.
        if (full.Split('.')[0] is { Length: > 0 } name && name != Nobody
            && !name.Equals("localhost", StringComparison.OrdinalIgnoreCase))
        {
            yield return full;
            yield return name;
        }
        foreach (var address in options.Web.ListenAddresses)
            if (address.Address is { } ip && !IPAddress.IsLoopback(ip) && !ip.Equals(IPAddress.Any)
                && !ip.Equals(IPAddress.IPv6Any))
                yield return address.ToString();
    }

    private static IEnumerable<string> WithPorts(string name, IReadOnlyList<ListenAddress> addresses)
    {
        yield return name;
        var isAddress = IPAddress.TryParse(name, out var ip) && ip.AddressFamily == AddressFamily.InterNetworkV6
            && !name.StartsWith('[');
        if (isAddress || !name.Contains(':', StringComparison.Ordinal))
            foreach (var address in addresses)
                yield return isAddress ? $"[{name}]:{address.Port}" : $"{name}:{address.Port}";
    }
}
