using System.Net.Http.Headers;
using System.Text.Json;

namespace NicHangExporter.EndToEnd.Support;

/// <summary>An answer of the API.</summary>
internal sealed record ApiReply(int Status, HttpResponseHeaders Headers, HttpContentHeaders ContentHeaders, string Text)
{
    private const string ProblemType = "urn:problem-type:nichang:";

    /// <summary>Its JSON.</summary>
    public JsonElement Json => JsonDocument.Parse(Text).RootElement;

    /// <summary>
    /// The status and one word for the result of the request: <c>200 applied</c>, <c>429 cooldown</c>.
    /// </summary>
    public string Result =>
        (Json.TryGetProperty("type", out var type)
            ? $"{Status} {type.GetString()![ProblemType.Length..]}"
            : $"{Status} {Word("verdict") ?? Word("state")}").TrimEnd();

    /// <summary>The id of the remediation.</summary>
    public string Id => Word("id")!;

    /// <summary>The sentence for a person.</summary>
    public string Sentence => Word("detail") ?? Word("explanation") ?? "";

    /// <summary>Everything that was sent, for those who look for what must not be in it.</summary>
    public string Everything => $"{Headers}{ContentHeaders}{Text}";

    public override string ToString() => $"{Status} {Text}";

    private string? Word(string member) => Json.TryGetProperty(member, out var value) ? value.GetString() : null;
}
