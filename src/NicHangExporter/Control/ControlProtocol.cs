using System.Globalization;
using System.Text.Json;
using System.Text.Unicode;

namespace NicHangExporter.Control;

/// <summary>
/// The protocol of the console: over a stream socket in the state directory, one JSON object a line in either direction; one request a
/// connection.
/// </summary>
internal static class ControlProtocol
{
    /// <summary>Counts up when a request means something else than before.</summary>
    public const int Version = 1;

    /// <summary>The socket's name in the state directory.</summary>
    public const string FileName = "control.sock";

    /// <summary>The longest request in bytes, without its line feed.</summary>
    public const int MaxRequest = 64 * 1024;

    /// <summary>The longest answer in bytes: the status of as many devices as are ever looked at.</summary>
    public const int MaxAnswer = 16 * 1024 * 1024;

    /// <summary>How deep a request may be nested; a sound one has two levels.</summary>
    public const int MaxDepth = 4;

    /// <summary>How long the asker may take for the request, and for taking in a line of the answer.</summary>
    public static readonly TimeSpan Patience = TimeSpan.FromSeconds(5);

    /// <summary>How often the daemon says that it is still at work.</summary>
    public static readonly TimeSpan SignOfLife = TimeSpan.FromSeconds(3);

    /// <summary>How long the asker waits for any line before it takes the daemon for stuck.</summary>
    public static readonly TimeSpan Silence = TimeSpan.FromSeconds(12);

    /// <summary>The longest path of a socket in bytes: sun_path of struct sockaddr_un (include/uapi/linux/un.h) without its terminator.</summary>
    public const int MaxPath = 107;

    /// <summary>The request as a line, with its line feed.</summary>
    public static byte[] Line(ControlRequest request) => [.. JsonSerializer.SerializeToUtf8Bytes(request, ControlRequestJson.Default.ControlRequest), (byte)'\n'];

    /// <summary>The answer as a line, with its line feed.</summary>
    public static byte[] Line(ControlAnswer answer) => [.. JsonSerializer.SerializeToUtf8Bytes(answer, ControlAnswerJson.Default.ControlAnswer), (byte)'\n'];

    /// <summary>Reads a request.</summary>
    /// <param name="line">Whatever came, without the line feed.</param>
    /// <param name="request">The request; null where it is none.</param>
    /// <param name="error">What is wrong with it, as a sentence; null where nothing is.</param>
    public static bool TryParse(byte[] line, out ControlRequest? request, out string? error)
    {
        request = null;
        // The JSON reader looks at the encoding of a text only when somebody wants that text.
        error = Utf8.IsValid(line) ? null : "the request is not UTF-8";
        if (error is not null)
            return false;
        try
        {
            using var document = JsonDocument.Parse(line, new JsonDocumentOptions { MaxDepth = MaxDepth, AllowDuplicateProperties = false });
            error = VersionError(document.RootElement);
            if (error is null)
                request = document.RootElement.Deserialize(ControlRequestJson.Default.ControlRequest);
        }
        catch (JsonException exception)
        {
            error = $"the request can't be read: {exception.Message.Split('\n')[0]}";
        }
        return error is null;
    }

    /// <summary>Reads an answer; null where it is none.</summary>
    public static ControlAnswer? ParseAnswer(byte[] line)
    {
        try
        {
            return JsonSerializer.Deserialize(line, ControlAnswerJson.Default.ControlAnswer);
        }
        catch (JsonException)
        {
            return null;
        }
    }

    // Before everything else: of another version's request nothing else can be judged.
    private static string? VersionError(JsonElement root)
    {
        if (root.ValueKind != JsonValueKind.Object)
            return "the request is no JSON object";
        if (!root.TryGetProperty("version", out var version))
            return string.Create(CultureInfo.InvariantCulture, $"the request has no version: this is version {Version}");
        return version.ValueKind == JsonValueKind.Number && version.TryGetInt32(out var number) && number == Version
            ? null
            : string.Create(CultureInfo.InvariantCulture, $"the request speaks another version of the protocol than the daemon, which speaks {Version}: the program was replaced under it; restart the daemon");
    }
}
