using Microsoft.AspNetCore.Connections;
using Microsoft.AspNetCore.Connections.Features;

namespace NicHangExporter.Web;

/// <summary>
/// Notes the configuration under which a connection was made. A client's certificate is checked once per connection,
/// and a busy client may keep one for ever: the connection must not outlive the authority of the certificate.
/// </summary>
internal static class TlsConnection
{
    private const string Key = "nic-hang-exporter.web-config";

    /// <summary>Notes the configuration of a new connection.</summary>
    public static void Note(ConnectionContext connection, LoadedWebConfig loaded) => connection.Items[Key] = loaded;

    /// <summary>True for a connection that was made under another configuration.</summary>
    public static bool IsOutdated(HttpContext context, LoadedWebConfig loaded) =>
        context.Features.Get<IConnectionItemsFeature>()?.Items.TryGetValue(Key, out var noted) == true
            && !ReferenceEquals(noted, loaded);

    /// <summary>Closes the connection after this request. The client connects again without losing a request.</summary>
    public static void EndAfterThis(HttpContext context) =>
        context.Features.Get<IConnectionLifetimeNotificationFeature>()?.RequestClose();
}
