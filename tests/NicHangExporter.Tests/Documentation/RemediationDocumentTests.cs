using System.Globalization;
using System.Reflection;
using System.Text;
using System.Text.Json;
using System.Text.Json.Serialization;
using NicHangExporter.Options;
using NicHangExporter.Remediation;
using NicHangExporter.Remediation.Journaling;
using NicHangExporter.Remediation.Planning;
using NicHangExporter.TestSupport;
using NicHangExporter.Text;

namespace NicHangExporter.Tests.Documentation;

/// <summary>
/// Holds docs/reference/remediation.md against the code: tables, gates, verdicts and journal. The examples are those of
/// docs/how-to/heal.md.
/// </summary>
public sealed class RemediationDocumentTests
{
    private static readonly Document Page = new("docs/reference/remediation.md");
    private static readonly Document Guide = new("docs/how-to/heal.md");

    [Fact]
    public void Ladders_AreThoseOfTheTable()
    {
        var table = new StringBuilder("| driver | stages | these changes reset the adapter | why |\n| --- | --- | --- "
            + "| --- |\n");
        foreach (var ladder in DriverLadders.All)
        {
            var resets = !ladder.AllResetBut.IsEmpty ? $"all but {string.Join(", ", ladder.AllResetBut)}"
                : ladder.Resetting.IsEmpty ? "none" : string.Join(", ", ladder.Resetting);
            table.Append(
                CultureInfo.InvariantCulture,
                $"| `{ladder.Driver}` | {string.Join(", ", ladder.Stages)} | {resets} | {ladder.Evidence}. |\n");
        }

        Page.AssertGenerated("ladders", table.ToString());
    }

    [Fact]
    public void Renegotiations_AreThoseOfTheTable()
    {
        var table = new StringBuilder("| driver | `reinit` | why |\n| --- | --- | --- |\n");
        foreach (var (drivers, effect, why) in Renegotiations.All)
        {
            var does = effect switch
            {
                RenegotiationEffect.WholeAdapter => "resets the whole adapter",
                RenegotiationEffect.LinkOnly => "negotiates the link anew, no more",
                _ => "does nothing",
            };
            table.Append(
                CultureInfo.InvariantCulture,
                $"| {string.Join(", ", drivers.Select(driver => $"`{driver}`"))} | {does} | {why}. |\n");
        }

        Page.AssertGenerated("renegotiations", table.ToString());
    }

    [Fact]
    public void Profiles_AreThoseOfTheTable()
    {
        var table = new StringBuilder("| profile | turns off | |\n| --- | --- | --- |\n");
        foreach (var profile in OffloadProfiles.All)
            table.Append(
                CultureInfo.InvariantCulture,
                $"| `{profile.Name}` | {string.Join(", ", profile.Settings)} | {profile.Help} |\n");

        Page.AssertGenerated("profiles", table.ToString());
    }

    [Fact]
    public void Journal_TheExample_IsAsItIsWritten()
    {
        var intent = new JournalEntry(JournalEvent.Intent)
        {
            Seq = 41,
            Time = new DateTimeOffset(2026, 11, 23, 3, 12, 4, 120, TimeSpan.Zero),
            Boot = "5c1c9a52-3f0e-4c0a-9d0f-0b9a4d1d7c11",
            Uptime = 86404.12,
            Age = 1814404.12,
            Id = "r19a2090f6fa-7",
            Key = "0000:00:1f.6|52:54:00:12:34:01",
            Device = "eno1",
            Driver = "e1000e",
            Trigger = RemediationTrigger.Local,
            Reason = "hang reported",
            Profile = "segmentation",
            Stage = 0,
            RecoveryAction = "reinit",
            Hung = true,
            Charged = true,
            Cooldown = 600,
            WasUp = true,
            Steps = ["tx-tcp-segmentation off", "tx-generic-segmentation off", "reinit"],
            Before = new Dictionary<string, string>
            { ["tx-tcp-segmentation"] = "on", ["tx-generic-segmentation"] = "on" },
        };
        var outcome = intent with
        {
            Event = JournalEvent.Outcome,
            Seq = 42,
            Time = intent.Time.AddSeconds(30.25),
            Uptime = intent.Uptime + 30.25,
            Age = intent.Age + 30.25,
            Reason = "packets are sent again, and no hang was reported for 30 s",
            Cooldown = null,
            After = new Dictionary<string, string>
            { ["tx-tcp-segmentation"] = "off", ["tx-generic-segmentation"] = "off" },
            Verdict = RemediationVerdict.Healed,
            Evidence = new RemediationEvidence(30.25, 1204, 2.5, 0, 2.25),
        };
        var lines = new[] { intent, outcome }.Select(entry => Encoding.UTF8.GetString(JournalLine.Of(entry).Bytes));

        Page.AssertGenerated("journal", $"```\n{string.Concat(lines)}```\n");
    }

    [Fact]
    public void Verdicts_Each_IsExplained() =>
        Assert.Equal(Names<RemediationVerdict>(), Page.FirstCells("Proof").Order(StringComparer.Ordinal));

    [Fact]
    public void Journal_EachMemberEventAndTrigger_IsExplained()
    {
        var section = Page.Section("The journal");
        var members = typeof(JournalEntry).GetProperties().Where(property => property.Name != "EqualityContract")
            .Select(property => property.GetCustomAttribute<JsonPropertyNameAttribute>()?.Name
                ?? JsonNamingPolicy.CamelCase.ConvertName(property.Name));

        Assert.All(members.Concat(Names<JournalEvent>()).Concat(Names<RemediationTrigger>()), word =>
            Assert.Contains($"`{word}`", section, StringComparison.Ordinal));
        Assert.Contains(
            $"takes {new JournalFiles().MaxBytes >> 20} MiB of entries; "
            + $"{(JournalReader.OlderFiles == 4 ? "four" : "?")} older ones", section, StringComparison.Ordinal);
    }

    [Fact]
    public void Examples_AreSoundConfigurations()
    {
        using var directory = new TemporaryDirectory();
        var blocks = Guide.Blocks("yaml").ToList();
        var modes = new List<RemediationMode>();
        foreach (var block in blocks)
        {
            var errors = new List<string>();
            File.WriteAllText(directory.File("config.yaml"), block);
            var options = OptionsLoader.Load([
                new OptionSetting("config.file", [directory.File("config.yaml")], "--config.file")],
                    new Dictionary<string, string>(), errors);
            Assert.Empty(errors);
            modes.Add(options.Remediation.Local);
            Assert.False(
                options is { Detection.AcceptUntrusted: true, Remediation.Local: RemediationMode.Enforce },
                "an example lets anybody who may write to /dev/kmsg reset a NIC");
        }

        Assert.Equal([RemediationMode.Observe, RemediationMode.Enforce, RemediationMode.Observe], modes);
    }

    private static IEnumerable<string> Names<T>()
        where T : struct, Enum => Enum.GetValues<T>().Select(SnakeCase.Of).Order(StringComparer.Ordinal);
}
