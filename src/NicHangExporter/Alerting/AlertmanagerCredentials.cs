using System.Net.Http.Headers;
using System.Text;
using NicHangExporter.Options;

namespace NicHangExporter.Alerting;

/// <summary>The credentials for the Alertmanagers, read from their file for each post.</summary>
internal static class AlertmanagerCredentials
{
    private const int MaxSecretBytes = 8192;

    /// <summary>The header Authorization; null if no credentials are configured.</summary>
    /// <exception cref="IOException">The file can't be read, or holds no secret.</exception>
    /// <exception cref="UnauthorizedAccessException">The process has no right to read the file.</exception>
    public static AuthenticationHeaderValue? Read(ExporterOptions options)
    {
        if (options.Alerting.HttpClient is { AuthorizationType: var type, CredentialsFile: { } token })
            return new AuthenticationHeaderValue(type, Secret(token, isToken: true));
        if (options.Alerting.HttpClient is not { Username: { } user, PasswordFile: { } password })
            return null;
        var bytes = Encoding.UTF8.GetBytes($"{user}:{Secret(password, isToken: false)}");
        return new AuthenticationHeaderValue("Basic", Convert.ToBase64String(bytes));
    }

    private static string Secret(string path, bool isToken)
    {
        using var file = File.OpenRead(path);
        var bytes = new byte[MaxSecretBytes + 1];
        var length = file.ReadAtLeast(bytes, bytes.Length, throwOnEndOfStream: false);
        var text = Encoding.UTF8.GetString(bytes, 0, length).Trim();
        // The error about a value that does not fit into a header would quote it.
        return length > MaxSecretBytes || text.Length == 0
            || (isToken && text.AsSpan().ContainsAnyExceptInRange('!', '~'))
                ? throw new IOException($"{path} holds no {(isToken ? "token" : "password")}")
                : text;
    }
}
