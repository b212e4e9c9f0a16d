using System.Reflection;
using System.Runtime.CompilerServices;
using Microsoft.Extensions.Logging;
using NicHangExporter.Alerting;
using NicHangExporter.Api.Alertmanager;
using NicHangExporter.Detection.Episodes;
using NicHangExporter.Detection.Patterns;
using NicHangExporter.Diagnose;
using NicHangExporter.Linux;
using NicHangExporter.Metrics;
using NicHangExporter.Options;
using NicHangExporter.Persistence.Control;
using NicHangExporter.Remediation.Execution;
using NicHangExporter.Remediation.Journaling;
using NicHangExporter.Remediation.Planning;
using NicHangExporter.Remediation.Policy;

namespace NicHangExporter.Tests.Architecture;

/// <summary>
/// The dependencies in docs/explanation/architecture.md, held against the compiled code: declarations, signatures and
/// the bodies of methods.
/// </summary>
public sealed class ArchitectureTests
{
    private const string Root = "NicHangExporter";

    private static readonly Assembly Program = typeof(ExporterOptions).Assembly;
    private static readonly Assembly Library = typeof(InterfaceName).Assembly;

    /// <summary>What each folder may use. Folders below it and the library may be used by all.</summary>
    public static TheoryData<string, string[]> Folders => new()
    {
        { "Text", [] },
        { "Threads", [] },
        { "Options", ["Remediation", "Text"] },
        { "Logging", ["Options", "Text"] },
        { "State", ["Options", "Text"] },
        { "Metrics", ["Logging", "Options", "Text"] },
        { "Remediation", ["Logging", "Metrics", "Options", "State", "Text"] },
        { "Persistence", ["Metrics", "Options", "Remediation", "Text", "Threads"] },
        { "Detection", ["Logging", "Metrics", "Options", "Remediation", "State", "Text"] },
        { "Diagnose", ["Detection", "Options", "Remediation", "Text"] },
        { "Alerting", ["Logging", "Metrics", "Options", "Remediation", "State", "Text"] },
        { "Api", ["Logging", "Metrics", "Options", "Persistence", "Remediation", "State", "Text", "Threads", "Web"] },
        { "Web", ["Api", "Detection", "Logging", "Metrics", "Options", "Text", "Threads"] },
        {
            "Hosting",
            [
                "Alerting", "Api", "Detection", "Logging", "Metrics", "Options", "Persistence", "Remediation", "State",
                "Text", "Web",
            ]
        },
        {
            "Cli",
            [
                "Api", "Diagnose", "Hosting", "Logging", "Metrics", "Options", "Persistence", "Remediation", "State",
                "Text", "Web",
            ]
        },
        { "Setup", ["Api", "Cli", "Diagnose", "Options", "Persistence", "Remediation", "State", "Text"] },
    };

    /// <summary>Types without a clock, file, log or thread: time and text are passed in.</summary>
    public static TheoryData<Type> PureTypes =>
    [
        typeof(HangDetector), typeof(HangPatterns), typeof(HangPattern), typeof(HangReport), typeof(HangEpisode),
        typeof(KernelPrefix), typeof(MessageFormat), typeof(PatternIndex), typeof(NicMessage), typeof(TxStallDetector),
        typeof(RecordFilter), typeof(Diagnosis), typeof(DeviceDiagnosis), typeof(HangConfirmation),
        typeof(RemediationPolicy),
        typeof(RemediationPlan), typeof(RemediationState), typeof(DeviceRecord), typeof(Verification),
        typeof(OffloadNames), typeof(OffloadProfiles), typeof(DriverLadders), typeof(DriverLadder),
        typeof(FeatureOrder), typeof(HistorySearch), typeof(AcceptedAlert), typeof(AlertPolicy), typeof(MessageReader),
        typeof(AlertSchedule), typeof(OutgoingAlert), typeof(SettingsChoice),
    ];

    [Theory]
    [MemberData(nameof(Folders))]
    public void Folder_UsesOnlyWhatItMay(string folder, string[] allowed)
    {
        var types = Types(Program).Where(type => FolderOf(type) == folder).ToList();
        Assert.NotEmpty(types);
        var wrong = from type in types
                    from other in TypeReferences.Of(type).Select(TypeReferences.Outermost)
                    where other.Assembly == Program && FolderOf(other) is { } target && target != folder
                        && !allowed.Contains(target)
                    select $"{type.Name} in {folder} uses {other.Name} in {FolderOf(other)}";
        Assert.Empty(wrong);
    }

    [Fact]
    public void EveryFolder_HasARule() => Assert.Equal(
        Types(Program).Select(FolderOf).OfType<string>().Distinct().Order(StringComparer.Ordinal),
        Folders.Select(row => row.Data.Item1).Order(StringComparer.Ordinal));

    [Theory]
    [MemberData(nameof(PureTypes))]
    public void PureType_UsesNoClockNoFileNoLogNoThread(Type type) => Assert.DoesNotContain(
        TypeReferences.Of(type), other => IsImpure(other));

    // An impure type is found where there is one: else the tests above prove nothing.
    [Fact]
    public void ImpureType_IsFound() => Assert.Contains(TypeReferences.Of(typeof(Journal)), other => IsImpure(other));

    [Fact]
    public void Program_CallsTheKernelOnlyThroughTheLibrary() => Assert.DoesNotContain(
        Program.GetTypes().SelectMany(type => type.GetMethods(TypeReferences.AllMembers)),
        method => method.Attributes.HasFlag(MethodAttributes.PinvokeImpl));

    [Fact]
    public void Program_ReferencesNoLibC() => Assert.DoesNotContain(
        Program.GetReferencedAssemblies(), name => name.Name!.StartsWith("Tmds", StringComparison.Ordinal));

    [Fact]
    public void Library_ReferencesNoLoggingAndNoHosting() => Assert.DoesNotContain(
        Library.GetReferencedAssemblies(),
        name => name.Name!.StartsWith("Microsoft.Extensions", StringComparison.Ordinal));

    private static bool IsImpure(Type type) =>
        type == typeof(TimeProvider) || type == typeof(System.Diagnostics.Stopwatch)
        || type == typeof(Environment) || type == typeof(Thread) || type == typeof(Task)
            || type == typeof(ExporterMetrics)
        || typeof(ILogger).IsAssignableFrom(type)
        || type.Namespace == "System.IO" && type != typeof(InvalidDataException) && type != typeof(IOException);

    private static IEnumerable<Type> Types(Assembly assembly) => assembly.GetTypes().Where(type =>
        type.DeclaringType is null && !type.IsDefined(typeof(CompilerGeneratedAttribute), inherit: false));

    // NicHangExporter.Remediation.Policy is in the folder Remediation; null for the entry point.
    private static string? FolderOf(Type type) =>
        type.Namespace?.Split('.') is [Root, var folder, ..] ? folder : null;
}
