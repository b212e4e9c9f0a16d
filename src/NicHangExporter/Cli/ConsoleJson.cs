using System.Text.Json;
using System.Text.Json.Serialization.Metadata;
using NicHangExporter.Api;

namespace NicHangExporter.Cli;

/// <summary>The answers with <c>--format json</c>: the bodies of the API, each in one line.</summary>
internal static class ConsoleJson
{
    private static readonly ApiAnswerJson Lines =
        new(new JsonSerializerOptions(ApiJson.Answers.Options) { WriteIndented = false });

    /// <summary>A body as one line.</summary>
    public static string Of<T>(T body) =>
        JsonSerializer.Serialize(body, (JsonTypeInfo<T>)Lines.GetTypeInfo(typeof(T))!);

    /// <summary>
    /// The status as one line. <c>daemonAnswered</c> says whose modes and privileges these are: without a daemon, those
    /// of the command.
    /// </summary>
    public static string Of(DeviceList status, bool isDaemons) =>
        $"{Of(status)[..^1]},\"daemonAnswered\":{(isDaemons ? "true" : "false")}}}";
}
