using System.Reflection;
using System.Text;
using NicHangExporter.Api;
using NicHangExporter.Api.Alertmanager;
using NicHangExporter.Detection;
using NicHangExporter.Detection.Episodes;
using NicHangExporter.Detection.Patterns;
using NicHangExporter.Diagnose.LogText;
using NicHangExporter.Linux.Ethtool;
using NicHangExporter.Options;
using NicHangExporter.Persistence;
using NicHangExporter.Remediation;
using NicHangExporter.Remediation.Journaling;
using NicHangExporter.Remediation.Policy;
using NicHangExporter.Text;

namespace NicHangExporter.Tests.Baselines;

/// <summary>
/// The texts of enumerations in labels, JSON, log and options. A rename of a C# type changes the left side below only.
/// </summary>
public sealed class GoldenLabelsTests
{
    private static readonly Dictionary<Type, string> Labels = new()
    {
        [typeof(AlertVerdict)] = "alert_verdict",
        [typeof(RunState)] = "remediation_state",
        [typeof(ApiScope)] = "api_scope",
        [typeof(FeatureSeries)] = "feature_series",
        [typeof(DeviceTrouble)] = "device_fault",
        [typeof(HangShape)] = "hang_shape",
        [typeof(HangSource)] = "hang_source",
        [typeof(KmsgState)] = "kmsg_state",
        [typeof(LogSystem)] = "log_system",
        [typeof(Duplex)] = "duplex",
        [typeof(DeclineReason)] = "decline_reason",
        [typeof(JournalEvent)] = "journal_event",
        [typeof(NotProtected)] = "not_protected",
        [typeof(PersistenceWay)] = "persistence_way",
        [typeof(PauseCause)] = "pause_cause",
        [typeof(RemediationMode)] = "remediation_mode",
        [typeof(RemediationTrigger)] = "trigger",
        [typeof(RemediationVerdict)] = "verdict",
    };

    [Fact]
    public void EachEnumeration_HasALabelOfItsOwn()
    {
        var all = SpeltEnums.All.Concat(Written.Select(method => method.GetParameters()[0].ParameterType)).ToHashSet();

        var names = all.Select(type => type.FullName).Order(StringComparer.Ordinal);
        Assert.True(all.SetEquals(Labels.Keys), $"found {string.Join(", ", names)}");
        Assert.Equal(Labels.Count, Labels.Values.Distinct().Count());
    }

    [Fact]
    public void Texts_OfEachEnumeration_AreTheGoldenFile()
    {
        var text = new StringBuilder("== derived from the members' names\n");
        var derive = typeof(SnakeCase).GetMethod(nameof(SnakeCase.Of))!;
        AppendAll(SpeltEnums.All.Select(type => (type, derive.MakeGenericMethod(type))));
        text.Append("== written out for labels\n");
        AppendAll(Written.Select(method => (method.GetParameters()[0].ParameterType, method)));

        GoldenFile.AssertIs("labels.txt", text.ToString());

        void AppendAll(IEnumerable<(Type Type, MethodInfo Method)> spellings)
        {
            foreach (var (type, method) in spellings.OrderBy(spelling => Labels[spelling.Type], StringComparer.Ordinal))
            {
                var texts = type.GetEnumValues().Cast<object>().Select(value => method.Invoke(null, [value]));
                text.Append($"{Labels[type]}: {string.Join(", ", texts)}\n");
            }
        }
    }

    private static List<MethodInfo> Written { get; } =
    [
        .. typeof(MetricLabels).GetMethods()
            .Where(method => method.ReturnType == typeof(string))
            .Where(method => method.GetParameters() is [{ ParameterType.IsEnum: true }]),
    ];
}
