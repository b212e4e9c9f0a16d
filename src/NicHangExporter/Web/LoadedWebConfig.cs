using System.ComponentModel;
using System.Security.Cryptography;
using System.Text;
using NicHangExporter.Linux;

namespace NicHangExporter.Web;

/// <summary>A web configuration and the files that it names, as read at one moment.</summary>
internal sealed class LoadedWebConfig
{
    private const int MaxLength = 1 << 20;

    private static readonly UTF8Encoding Strict = new(encoderShouldEmitUTF8Identifier: false,
        throwOnInvalidBytes: true);

    /// <summary>The configuration without a file.</summary>
    public static readonly LoadedWebConfig None = new() { Config = new WebConfig() };

    /// <summary>The configuration.</summary>
    public required WebConfig Config { get; init; }

    /// <summary>Certificates and keys; null for plain text.</summary>
    public TlsMaterial? Tls { get; init; }

    /// <summary>The limiter of requests; null for none.</summary>
    public TokenBucket? Limiter { get; init; }

    /// <summary>A digest of everything that was read: equal for equal content.</summary>
    public string Fingerprint { get; init; } = "";

    /// <summary>Reads the file, and the files that it names.</summary>
    /// <param name="path">The file.</param>
    /// <param name="clock">For the limiter.</param>
    /// <param name="errors">Receives all errors, one line each.</param>
    /// <param name="files">The status of each file; the default for one that could not be opened.</param>
    /// <returns>Null after an error.</returns>
    public static LoadedWebConfig? Load(string path, TimeProvider clock, List<string> errors, out Dictionary<string,
        FileStatus> files)
    {
        var seen = new Dictionary<string, FileStatus>();
        files = seen;
        using var digest = IncrementalHash.CreateHash(HashAlgorithmName.SHA256);
        if (ReadFile(path, path) is not { } text || new WebConfigReader(path, errors).Read(text) is not { } config)
            return null;
        var tls = config.Tls is { } settings ? TlsMaterial.Load(settings, Read, errors) : null;
        if (config.Tls is not null && tls is null)
            return null;
        return new LoadedWebConfig
        {
            Config = config,
            Tls = tls,
            Limiter = config.RateLimit is { } limit ? new TokenBucket(limit, clock) : null,
            Fingerprint = Convert.ToHexString(digest.GetHashAndReset()),
        };

        string? Read(PemSource source) => source.Text ?? ReadFile(source.Path!, $"{source.Where}: {source.Path}");

        string? ReadFile(string file, string where)
        {
            var buffer = new byte[MaxLength + 1];
            try
            {
                var errno = FileReader.TryRead(file, buffer, out var length, out var status);
                seen[file] = status;
                if (errno != Errno.None)
                {
                    var reason = errno == Errno.TooSmall
                        ? "is longer than 1 MiB"
                        : new Win32Exception((int)errno).Message;
                    errors.Add($"{where}: {reason}");
                    return null;
                }
                digest.AppendData(BitConverter.GetBytes(length));
                digest.AppendData(buffer, 0, length);
                // For the YAML scanner a NUL ends the text: what follows would be ignored.
                if (Array.IndexOf(buffer, (byte)0, 0, length) < 0)
                    // Some editors write a byte order mark.
                    return Strict.GetString(buffer, 0, length).TrimStart('\uFEFF');
                errors.Add($"{where}: holds a NUL byte, so it is no text");
                return null;
            }
            catch (DecoderFallbackException)
            {
                errors.Add($"{where}: is not UTF-8");
                return null;
            }
            finally
            {
                CryptographicOperations.ZeroMemory(buffer);
            }
        }
    }
}
