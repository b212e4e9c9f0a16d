using System.Collections.Frozen;
using System.Net;

namespace NicHangExporter.Api.Alertmanager;

/// <summary>By what names this host is meant in the labels of alerts.</summary>
internal static class HostIdentity
{
    /// <summary>
    /// The names that are configured; without any, the host name as the kernel has it and without its domain, each also with the ports that are listened
    /// on, and the addresses that are listened on. Read anew each time, because a host may get its name late.
    /// </summary>
    public static IReadOnlySet<string> Read(ExporterOptions options) =>
        (options.Identities.Count > 0 ? options.Identities : Default(options)).ToFrozenSet(StringComparer.OrdinalIgnoreCase);

    /// <summary>What this host calls itself in the label <c>instance</c> of the alerts that it pushes: as Prometheus does, which scrapes it.</summary>
    public static string Instance(ExporterOptions options) => options.Identities is [var first, ..] ? first
        : HostName(options) is { Length: > 0 } name ? $"{name}:{options.ListenAddresses[0].Port}" : options.ListenAddresses[0].ToString();

    /// <summary>/proc/sys/kernel/hostname; empty where it can't be read.</summary>
    public static string HostName(ExporterOptions options)
    {
        try
        {
            return File.ReadAllText(Path.Combine(options.ProcfsPath, "sys/kernel/hostname")).Trim();
        }
        catch (Exception exception) when (exception is IOException or UnauthorizedAccessException)
        {
            return "";
        }
    }

    private static IEnumerable<string> Default(ExporterOptions options)
    {
        var full = HostName(options);
        foreach (var name in new[] { full, full.Split('.')[0] }.Where(name => name.Length > 0))
        {
            yield return name;
            foreach (var address in options.ListenAddresses)
                yield return $"{name}:{address.Port}";
        }
        // Every host has 127.0.0.1.
        foreach (var address in options.ListenAddresses)
            if (address.Address is { } ip && !IPAddress.IsLoopback(ip) && !ip.Equals(IPAddress.Any) && !ip.Equals(IPAddress.IPv6Any))
                yield return address.ToString();
    }
}
