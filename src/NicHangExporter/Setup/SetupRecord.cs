using System.Security.Cryptography;
using System.Text.Json;
using System.Text.Json.Serialization;
using NicHangExporter.Linux;

namespace NicHangExporter.Setup;

/// <summary>
/// What <c>setup</c> did, for <c>setup --undo</c>: a JSON file of mode 0600 in the folder of the configuration.
/// </summary>
internal sealed record SetupRecord
{
    private const int Limit = 4 << 20;

    private const UnixFileMode OwnerOnly = UnixFileMode.UserRead | UnixFileMode.UserWrite;

    /// <summary>The version of the format.</summary>
    public int Version { get; init; } = 1;

    /// <summary>The configuration file.</summary>
    public required string Configuration { get; init; }

    /// <summary>setup made the folder of the file.</summary>
    public required bool MadeFolder { get; init; }

    /// <summary>The file did not exist.</summary>
    public required bool MadeFile { get; init; }

    /// <summary>
    /// The original bytes in base64; null if the file did not exist, or if a person edited it between two setups in such
    /// a way that its original can't be known.
    /// </summary>
    public required string? Original { get; init; }

    /// <summary>SHA-256 of the file as setup wrote it, in hexadecimal digits.</summary>
    public required string Written { get; init; }

    /// <summary>The keys that setup set.</summary>
    public required IReadOnlyList<RecordedKey> Keys { get; init; }

    /// <summary>The service started at boot before setup; null if setup did nothing to it.</summary>
    public required bool? WasEnabled { get; init; }

    /// <summary>The service ran before setup.</summary>
    public required bool WasActive { get; init; }

    /// <summary>Bus addresses that had no persistence file before setup, which allowed such files.</summary>
    public required IReadOnlyList<string> Persisted { get; init; }

    /// <summary>The socket before setup; null if setup did nothing to it.</summary>
    public RecordedUnit? Socket { get; init; }

    /// <summary>Persistence files that a profile replaced; null in a record without one.</summary>
    public IReadOnlyList<ReplacedFiles>? Replaced { get; init; }

    /// <summary>The checksum of a file.</summary>
    public static string Checksum(ReadOnlySpan<byte> content) => Convert.ToHexStringLower(SHA256.HashData(content));

    /// <summary>True if the file is as setup wrote it.</summary>
    public bool IsAsWritten(byte[]? content) => content is not null && Checksum(content) == Written;

    /// <summary><see cref="Original"/> as bytes.</summary>
    public byte[]? ReadOriginal() => Original is null ? null : Convert.FromBase64String(Original);

    /// <summary>True if the file is as it was before setup.</summary>
    public bool IsAsBefore(byte[]? content) => content is null ? MadeFile
        : ReadOriginal() is { } original && original.AsSpan().SequenceEqual(content);

    /// <summary>Reads the record; null if there is no such file.</summary>
    /// <param name="path">Its path.</param>
    /// <param name="name">Its path for messages.</param>
    /// <exception cref="SetupException">It is damaged or can't be read.</exception>
    public static SetupRecord? Read(string path, string name)
    {
        try
        {
            return RegularFile.Read(path, Limit) is not { } content ? null
                : JsonSerializer.Deserialize(content, SetupJsonContext.Default.SetupRecord) is { Version: 1 } record
                ? Checked(record) : throw new SetupException($"{name} is of another version of this program: "
                    + "undo with that version, or edit the configuration and delete this file");
        }
        catch (Exception exception) when (exception is JsonException or FormatException)
        {
            throw new SetupException($"{name} is damaged: edit the configuration yourself and delete this file",
                exception);
        }
        catch (Exception exception) when (exception is IOException or UnauthorizedAccessException)
        {
            throw new SetupException($"{name} can't be read: {exception.Message}", exception);
        }
    }

    // Throws FormatException here rather than in the middle of an undo.
    private static SetupRecord Checked(SetupRecord record)
    {
        _ = record.ReadOriginal();
        foreach (var file in (record.Replaced ?? []).SelectMany(replaced => replaced.Files))
            _ = file.ReadContent();
        return record;
    }

    /// <summary>Replaces the file of the record.</summary>
    /// <exception cref="IOException">The disk is full or read-only.</exception>
    /// <exception cref="UnauthorizedAccessException">This process may not write the folder.</exception>
    public void Write(string path) => AtomicFile.Replace(path, OwnerOnly,
        [.. JsonSerializer.SerializeToUtf8Bytes(this, SetupJsonContext.Default.SetupRecord), (byte)'\n']);
}

/// <summary>A key that setup set.</summary>
/// <param name="Name">The option.</param>
/// <param name="Values">What setup wrote.</param>
/// <param name="Before">What the file had; null if it did not have the key.</param>
/// <param name="IsList">The values are a list.</param>
internal sealed record RecordedKey(
    string Name, IReadOnlyList<string> Values, IReadOnlyList<string>? Before, bool IsList)
{
    /// <summary>The change that takes it back.</summary>
    public KeyChange ToUndo() => new(Name, Before ?? [], IsList);
}

/// <summary>A unit before setup.</summary>
/// <param name="WasEnabled">It started at boot.</param>
/// <param name="WasActive">It ran.</param>
internal sealed record RecordedUnit(bool WasEnabled, bool WasActive);

[JsonSourceGenerationOptions(GenerationMode = JsonSourceGenerationMode.Metadata,
    PropertyNamingPolicy = JsonKnownNamingPolicy.CamelCase, WriteIndented = true,
    RespectNullableAnnotations = true, RespectRequiredConstructorParameters = true)]
[JsonSerializable(typeof(SetupRecord))]
internal sealed partial class SetupJsonContext : JsonSerializerContext;
