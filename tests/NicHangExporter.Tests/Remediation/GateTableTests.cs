using NicHangExporter.Linux;
using NicHangExporter.Options;
using NicHangExporter.Remediation;
using NicHangExporter.Remediation.Execution;
using NicHangExporter.Remediation.Handling;
using NicHangExporter.Remediation.Journaling;
using NicHangExporter.Remediation.Policy;
using NicHangExporter.Tests.Documentation;
using NicHangExporter.Text;

namespace NicHangExporter.Tests.Remediation;

/// <summary>
/// The gates between a request and a device: the table in the documentation has the rows of the table in the code, in
/// its order, and the code declines in that order.
/// </summary>
public sealed class GateTableTests
{
    private const string Page = "docs/reference/remediation.md";
    private const string Heading = "The gates";

    private static readonly IReadOnlyList<(string Gate, string Answer)> Documented = ReadTable();

    [Fact]
    public void Table_HasTheGatesOfTheCode_InItsOrder() =>
        Assert.Equal(RequestHandler.Gates.SelectMany(gate => gate.Rows), Documented);

    [Fact]
    public void Table_HasEachReasonToDecline()
    {
        var verdicts = Names<RemediationVerdict>().ToHashSet();

        Assert.Equal(Names<DeclineReason>(),
            Reasons().Where(answer => !verdicts.Contains(answer)).Order(StringComparer.Ordinal));
    }

    [Fact]
    public void Gates_HaveNamesOfTheirOwn()
    {
        var names = RequestHandler.Gates
            .SelectMany(gate => gate.Parts.Select(part => part.Name).Append(gate.Name)).ToList();

        Assert.Equal(names.Distinct(), names);
    }

    // A request that every gate would refuse; what the policy objects to is put right, one after the other.
    [Fact]
    public void Policy_DeclinesInTheOrderOfTheTable()
    {
        Assert.True(InterfaceName.TryParse("eno1", out var name));
        Assert.True(BusAddress.TryParse("0000:00:1f.6", out var bus));
        var options = new ExporterOptions { Remediation = new() { QuarantineReinit = false } };
        var input = new PolicyInput(
            new RemediationRequest(name, RemediationTrigger.Local),
            new DeviceFacts(name, bus, "e1000e") { IsUpper = true },
            new DeviceRecord { Quarantined = true, CooldownUntil = 600 }, 1)
        {
            Mode = RemediationMode.Off,
            IsAllowed = false,
            HasLadder = false,
            IsCapable = false,
            IsJournalWritable = false,
            IsPaused = true,
            IsHung = false,
            IsAmbiguous = true,
            IsBootGrace = true,
            HostSpent = 0,
            UnknownUntil = 0,
        };
        var declined = new List<DeclineReason>();
        while (RemediationPolicy.Decide(input, options).Declined is { } reason && declined.Count < 20)
        {
            declined.Add(reason);
            input = PutRight(input, reason);
        }
        // The rest is for a device that passes traffic.
        input = input with { IsHung = false };
        while (Plan(input, declined).Declined is { } reason && declined.Count < 20)
        {
            declined.Add(reason);
            input = PutRight(input, reason);
        }
        var names = declined.Select(SnakeCase.Of).ToList();

        Assert.Equal(13, names.Distinct().Count());
        Assert.Equal(Reasons().Where(names.Contains), names);
    }

    [Theory]
    [InlineData("cli", true, new[] { "mode", "upper device", "capability", "journal" })]
    [InlineData("drift", false,
        new[] { "mode", "upper device", "allowed device", "ladder", "capability", "journal", "kill switch",
            "quarantine" })]
    public void Policy_AsksOnlyTheGatesThatApply(string trigger, bool rollback, string[] expected)
    {
        Assert.True(InterfaceName.TryParse("eno1", out var name));
        var request = new RemediationRequest(name,
            SnakeCase.Parse<RemediationTrigger>(trigger)!.Value)
        { Rollback = rollback };

        Assert.Equal(expected, RemediationPolicy.Gates.Where(gate => gate.AppliesTo(request))
            .Select(gate => gate.Name));
    }

    private static PolicyDecision Plan(PolicyInput input, List<DeclineReason> declined) => RemediationPolicy.DecidePlan(
        input, interruptsTraffic: true, isOnlyPortOfBond: !declined.Contains(DeclineReason.Bond));

    private static PolicyInput PutRight(PolicyInput input, DeclineReason reason) => reason switch
    {
        DeclineReason.ModeOff => input with { Mode = RemediationMode.Enforce },
        DeclineReason.Upper => input with { Facts = input.Facts with { IsUpper = false } },
        DeclineReason.NotAllowed => input with { IsAllowed = true },
        DeclineReason.NoProfile => input with { Request = input.Request with { Recover = true } },
        DeclineReason.Incapable => input with { IsCapable = true },
        DeclineReason.JournalUnavailable => input with { IsJournalWritable = true },
        DeclineReason.Paused => input with { IsPaused = false },
        DeclineReason.BootGrace => input with { IsBootGrace = false },
        DeclineReason.NotHung => input with { IsHung = true },
        DeclineReason.Ambiguous => input with { IsAmbiguous = false },
        DeclineReason.Quarantined => input with { Record = input.Record with { Quarantined = false } },
        DeclineReason.Cooldown => input with { Record = input.Record with { CooldownUntil = 0 } },
        _ => input,
    };

    // The answers, each where it comes first.
    private static IEnumerable<string> Reasons() => Documented.Select(row => row.Answer).Distinct();

    private static List<(string Gate, string Answer)> ReadTable() =>
    [
        .. new Document(Page).Section(Heading).Split('\n').Where(line => line.StartsWith("| ",
            StringComparison.Ordinal))
            .Select(line => line.Split(" | ")).Where(cells => cells[1].StartsWith('`'))
            .Select(cells => (cells[0][2..], cells[1].Trim('`'))),
    ];

    private static IEnumerable<string> Names<T>() where T : struct, Enum =>
        Enum.GetValues<T>().Select(SnakeCase.Of).Order(StringComparer.Ordinal);
}
