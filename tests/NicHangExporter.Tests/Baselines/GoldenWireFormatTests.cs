using System.Reflection;
using System.Text;
using System.Text.Json.Serialization;
using NicHangExporter.Alerting;
using NicHangExporter.Api;
using NicHangExporter.Api.Alertmanager;
using NicHangExporter.Detection;
using NicHangExporter.Diagnose;
using NicHangExporter.Options;
using NicHangExporter.Persistence.Helper;
using NicHangExporter.Remediation.Evidence;
using NicHangExporter.Remediation.Journaling;
using NicHangExporter.Setup;

namespace NicHangExporter.Tests.Baselines;

/// <summary>
/// The JSON that the program reads and writes: files of the state directory, API, webhook, push, console. A rename of a
/// C# type changes the labels' left side below and nothing in the golden file.
/// </summary>
public sealed class GoldenWireFormatTests
{
    private static readonly Dictionary<(Type Context, Type Root), string> Labels = new()
    {
        [(typeof(JournalJson), typeof(JournalEntry))] = "journal_entry",
        [(typeof(JournalJson), typeof(DecisionMark))] = "decision_mark",
        [(typeof(StateJson), typeof(MonitorState))] = "monitor_state",
        [(typeof(EpisodeJson), typeof(EpisodeBundle))] = "episode_bundle",
        [(typeof(AlertJson), typeof(IReadOnlyList<PostableAlert>))] = "push_postable_alerts",
        [(typeof(AlertJson), typeof(IReadOnlyList<OutgoingAlert>))] = "push_buffer_unsealed",
        [(typeof(AlertJson), typeof(SavedAlerts))] = "push_buffer",
        [(typeof(AlertmanagerJson), typeof(AlertmanagerMessage))] = "webhook_message",
        [(typeof(AlertmanagerJson), typeof(PostedAlert))] = "webhook_alert",
        [(typeof(ApiRequestJson), typeof(CreateRemediationRequest))] = "api_request_remediation",
        [(typeof(ApiRequestJson), typeof(RollbackRequest))] = "api_request_rollback",
        [(typeof(ApiRequestJson), typeof(PersistRequest))] = "api_request_persist",
        [(typeof(ApiRequestJson), typeof(EmptyRequest))] = "api_request_empty",
        [(typeof(ApiAnswerJson), typeof(RemediationResponse))] = "api_remediation",
        [(typeof(ApiAnswerJson), typeof(RemediationList))] = "api_remediation_list",
        [(typeof(ApiAnswerJson), typeof(DeviceResponse))] = "api_device",
        [(typeof(ApiAnswerJson), typeof(DeviceList))] = "api_device_list",
        [(typeof(ApiAnswerJson), typeof(EpisodeList))] = "api_episode_list",
        [(typeof(ApiAnswerJson), typeof(EpisodeBundle))] = "api_episode",
        [(typeof(ApiAnswerJson), typeof(QuarantineResponse))] = "api_quarantine",
        [(typeof(ApiAnswerJson), typeof(PauseResponse))] = "api_pause",
        [(typeof(ApiAnswerJson), typeof(PersistResponse))] = "api_persist",
        [(typeof(ApiAnswerJson), typeof(UnpersistResponse))] = "api_unpersist",
        [(typeof(ApiAnswerJson), typeof(PersistedList))] = "api_persisted_list",
        [(typeof(HelperJson), typeof(HelperRequest))] = "persist_helper_request",
        [(typeof(HelperJson), typeof(HelperReply))] = "persist_helper_reply",
        [(typeof(ApiAnswerJson), typeof(WebhookAnswer))] = "api_webhook_answer",
        [(typeof(ApiAnswerJson), typeof(ProblemResponse))] = "api_problem",
        [(typeof(DiagnosisJsonContext), typeof(DiagnosisJson))] = "diagnosis",
        [(typeof(SetupJsonContext), typeof(SetupRecord))] = "setup_record",
    };

    private static readonly List<(Type Context, Type Root)> Roots =
    [
        .. typeof(ExporterOptions).Assembly.GetTypes().Where(type => type.IsSubclassOf(typeof(JsonSerializerContext)))
            .SelectMany(type => type.GetCustomAttributesData()
                .Where(data => data.AttributeType == typeof(JsonSerializableAttribute))
                .Select(data => (type, (Type)data.ConstructorArguments[0].Value!))),
    ];

    [Fact]
    public void EachRoot_HasALabelOfItsOwn()
    {
        Assert.NotEmpty(Roots);
        Assert.All(Roots, root => Assert.Contains(root, Labels.Keys));
        Assert.Equal(Roots.Count, Labels.Count);
        Assert.Equal(Labels.Count, Labels.Values.Distinct().Count());
    }

    [Fact]
    public void WireFormat_OfEachRoot_IsTheGoldenFile()
    {
        var text = new StringBuilder();
        foreach (var (context, root) in Roots.OrderBy(root => Labels[root], StringComparer.Ordinal))
            text.Append($"== {Labels[(context, root)]}\n{WireTree.Of(Context(context).GetTypeInfo(root)!)}");

        GoldenFile.AssertIs("wire-format.txt", text.ToString());
    }

    // With the options of its attribute.
    private static JsonSerializerContext Context(Type type) =>
        (JsonSerializerContext)type.GetProperty("Default", BindingFlags.Public | BindingFlags.Static)!.GetValue(null)!;
}
