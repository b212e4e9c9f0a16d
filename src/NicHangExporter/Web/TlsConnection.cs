using Microsoft.AspNetCore.Connections;
using Microsoft.AspNetCore.Connections.Features;

namespace NicHangExporter.Web;

/// <summary>
/// Under which configuration a connection was made. A client's certificate is looked at once a connection, and a busy
/// client keeps one for ever: it must not outlive the authority that vouched for it.
/// </summary>
internal static class TlsConnection
{
    private const string Key = "nic-hang-exporter.web-config";

    /// <summary>Notes it, while the connection is made.</summary>
    public static void Note(ConnectionContext connection, LoadedWebConfig loaded) => connection.Items[Key] = loaded;

    /// <summary>
    /// True for a connection that was made under another configuration than <paramref name="loaded"/>.
    /// </summary>
    public static bool IsOutdated(HttpContext context, LoadedWebConfig loaded) =>
        context.Features.Get<IConnectionItemsFeature>()?.Items.TryGetValue(Key, out var noted) == true
            && !ReferenceEquals(noted, loaded);

    /// <summary>
    /// Lets this request be answered, and no other on the connection. A client connects anew without losing one.
    /// </summary>
    public static void EndAfterThis(HttpContext context) =>
        context.Features.Get<IConnectionLifetimeNotificationFeature>()?.RequestClose();
}
