namespace NicHangExporter.Tests;

/// <summary>The directions of docs/explanation/architecture.md, held by reading the sources: an arrow that turns left, or I/O in a pure file, fails here.</summary>
public sealed class ArchitectureTests
{
    private static readonly string Source = Path.Combine(Repository.Root, "src/NicHangExporter");

    // Each room and the rooms that it must not know.
    public static TheoryData<string, string[]> Rooms => new()
    {
        { "Exposition", ["Hangs", "Remediation", "Api", "Control", "Cli", "Configuration"] },
        { "Remediation", ["Hangs", "Api", "Control", "Cli"] },
        { "Control", ["Hangs", "Api", "Exposition", "Cli", "Configuration"] },
        { "Hangs", ["Api", "Control", "Cli", "Configuration"] },
        { "Api", ["Hangs", "Control", "Cli"] },
        { "Api/Alertmanager", ["Hangs", "Control", "Cli"] },
        { "Configuration", ["Hangs", "Api", "Exposition", "Cli"] },
        { "Logging", ["Hangs", "Exposition", "Cli", "Configuration"] },
    };

    [Theory]
    [MemberData(nameof(Rooms))]
    public void Room_KnowsOnlyThoseToItsRight(string room, string[] forbidden)
    {
        var files = Files(room).ToList();
        Assert.NotEmpty(files);
        foreach (var (name, text) in files)
            foreach (var other in forbidden)
                Assert.False(text.Contains($"NicHangExporter.{other}", StringComparison.Ordinal), $"{name} uses {other}, which is to its left");
    }

    [Theory]
    [InlineData("HangDetector")]
    [InlineData("HangPatterns")]
    [InlineData("HangPattern")]
    [InlineData("HangReport")]
    [InlineData("HangEpisode")]
    [InlineData("KernelPrefix")]
    [InlineData("MessageFormat")]
    [InlineData("PatternIndex")]
    [InlineData("NicMessage")]
    [InlineData("TxStallDetector")]
    [InlineData("Diagnosis")]
    [InlineData("DeviceDiagnosis")]
    [InlineData("HangConfirmation")]
    [InlineData("RemediationPolicy")]
    [InlineData("RemediationPlan")]
    [InlineData("RemediationState")]
    [InlineData("DeviceRecord")]
    [InlineData("Verification")]
    [InlineData("OffloadNames")]
    [InlineData("OffloadProfiles")]
    [InlineData("DriverLadders")]
    [InlineData("DriverLadder")]
    [InlineData("FeatureOrder")]
    [InlineData("HistorySearch")]
    [InlineData("AcceptedAlert")]
    [InlineData("AlertPolicy")]
    [InlineData("MessageReader")]
    [InlineData("AlertSchedule")]
    [InlineData("OutgoingAlert")]
    public void PureFile_TouchesNoClockNoFileNoLog(string subject)
    {
        var files = Files("Hangs").Concat(Files("Remediation")).Concat(Files("Api")).Where(file => file.Name.Split('.')[0] == subject).ToList();
        Assert.NotEmpty(files);
        foreach (var (name, text) in files)
            foreach (var impure in new[] { "TimeProvider", "Stopwatch", "DateTime.", "DateTimeOffset.", "ILogger", "System.IO", "File.", "Directory.", "Stream", "Environment.", "Thread", "Task", "ExporterMetrics" })
                Assert.False(text.Contains(impure, StringComparison.Ordinal), $"{name} is pure, but mentions {impure}");
    }

    [Fact]
    public void Host_IsWrittenWithoutUnsafeAndWithoutLibC()
    {
        foreach (var (name, text) in Files("."))
        {
            Assert.False(text.Contains("unsafe", StringComparison.Ordinal), $"{name} is unsafe");
            Assert.False(text.Contains("LibraryImport", StringComparison.Ordinal) || text.Contains("Tmds", StringComparison.Ordinal), $"{name} talks to the kernel behind the fence's back");
        }
    }

    [Fact]
    public void Library_KnowsNoLoggingNoOptionsNoHost()
    {
        foreach (var file in Directory.EnumerateFiles(Path.Combine(Repository.Root, "src/NicHangExporter.Linux"), "*.cs", SearchOption.AllDirectories).Where(IsSource))
            Assert.DoesNotContain("Microsoft.Extensions", File.ReadAllText(file), StringComparison.Ordinal);
    }

    private static IEnumerable<(string Name, string Text)> Files(string room) =>
        Directory.EnumerateFiles(Path.Combine(Source, room), "*.cs", SearchOption.AllDirectories).Where(IsSource)
            .Select(file => (Path.GetFileName(file), string.Join('\n', File.ReadLines(file).Where(line => !line.TrimStart().StartsWith("//", StringComparison.Ordinal)))));

    private static bool IsSource(string file) => !file.Contains("/obj/", StringComparison.Ordinal) && !file.Contains("/bin/", StringComparison.Ordinal);
}
