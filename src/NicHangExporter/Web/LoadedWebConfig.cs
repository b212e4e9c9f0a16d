using System.ComponentModel;
using System.Security.Cryptography;
using System.Text;
using NicHangExporter.Linux;

namespace NicHangExporter.Web;

/// <summary>A web configuration with everything that it names, as it was read at one moment.</summary>
internal sealed class LoadedWebConfig
{
    private const int MaxLength = 1 << 20;

    private static readonly UTF8Encoding Strict = new(encoderShouldEmitUTF8Identifier: false,
        throwOnInvalidBytes: true);

    /// <summary>What holds without a file.</summary>
    public static readonly LoadedWebConfig None = new() { Config = new WebConfig() };

    /// <summary>The configuration.</summary>
    public required WebConfig Config { get; init; }

    /// <summary>Certificates and keys; null for plain text.</summary>
    public TlsMaterial? Tls { get; init; }

    /// <summary>The limiter of requests; null for none.</summary>
    public TokenBucket? Limiter { get; init; }

    /// <summary>A digest of all that was read: two readings with the same are the same.</summary>
    public string Fingerprint { get; init; } = "";

    /// <summary>Reads the file and what it names.</summary>
    /// <param name="path">The file.</param>
    /// <param name="clock">For the limiter.</param>
    /// <param name="errors">Where complaints go, all of them, one line each.</param>
    /// <param name="files">Every file that was looked at, with what it was then; the default where it could not be
    /// opened.</param>
    /// <returns>Null where something is wrong.</returns>
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
                var errno = WholeFile.TryRead(file, buffer, out var length, out var status);
                seen[file] = status;
                if (errno != Errno.None)
                {
                    errors.Add($"{where}: {(errno == Errno.TooSmall ? "is longer than 1 MiB" : new Win32Exception((int)errno).Message)}");
                    return null;
                }
                digest.AppendData(BitConverter.GetBytes(length));
                digest.AppendData(buffer, 0, length);
                // To the YAML scanner a NUL is the end of the text: what stands behind it would be passed over without
                // a word.
                if (Array.IndexOf(buffer, (byte)0, 0, length) < 0)
                    // Some editors begin a file with the mark of its encoding.
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
