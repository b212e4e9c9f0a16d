using NicHangExporter.Linux;
using NicHangExporter.Remediation;
using NicHangExporter.Remediation.Journaling;
using NicHangExporter.Remediation.Policy;
using NicHangExporter.Text;

namespace NicHangExporter.Tests.Remediation;

/// <summary>What entries add up to: properties of the fold over seeded histories, and the arms one by one.</summary>
public sealed class RemediationStateTests
{
    private const string Key = "0000:00:1f.6|52:54:00:12:34:01";

    [Fact]
    public void Fold_OfTenThousandEntries_KeepsItsPromises()
    {
        var histories = new Histories(8);
        var state = RemediationState.Empty;
        var (intents, outcomes, age) = (0L, 0L, 0.0);
        for (var seq = 0; seq < 10_000; seq++)
        {
            var entry = histories.After(seq);
            var (before, text) = (state, JournalWriter.Text(state));
            state = state.After(entry);

            Assert.Equal(text, JournalWriter.Text(before));
            Assert.Equal(JournalWriter.Text(state), JournalWriter.Text(before.After(entry)));
            Assert.True(entry.Age >= age);
            age = entry.Age;
            intents += entry.Event == JournalEvent.Intent ? 1 : 0;
            // What was declined was no remediation; metrics count it by the request.
            outcomes += entry is { Event: JournalEvent.Outcome, Declined: null, Verdict: not null } ? 1 : 0;
            foreach (var (key, device) in state.Devices)
            {
                var was = before.Device(key);
                Assert.True(key == entry.Key || ReferenceEquals(was, device), "an entry changed another device");
                if (entry.Event != JournalEvent.Cleared)
                {
                    Assert.True(device.CooldownUntil >= was.CooldownUntil, "a cool-down was shortened");
                    Assert.True(device.Quarantined || !was.Quarantined, "a quarantine was lifted");
                    Assert.True(device.QuarantineNext >= was.QuarantineNext, "a pause was shortened");
                    var charged = entry is { Event: JournalEvent.Intent, Charged: true } && key == entry.Key;
                    Assert.Equal(was.SpentAt(age) + (charged ? 1 : 0), device.SpentAt(age));
                }
                Assert.True(device.Desired.All(device.Original.ContainsKey), "nobody knows what to go back to");
                Assert.True(device.Pending is not { } pending || pending.Event == JournalEvent.Intent);
                Assert.True(device.Last is not { State: not null });
            }
            Assert.Equal(state.SpentAt(age), state.Devices.Values.Sum(device => device.SpentAt(age)));
        }
        Assert.Equal(intents, Sum(state, "attempts/"));
        Assert.Equal(outcomes, Sum(state, "outcomes/"));
    }

    [Fact]
    public void Fold_OfACheckpointAndTheRest_IsTheFoldOfAll()
    {
        for (var seed = 0; seed < 50; seed++)
        {
            var histories = new Histories(seed);
            var entries = Enumerable.Range(0, 200).Select(seq => histories.After(seq)).ToList();
            var all = entries.Aggregate(RemediationState.Empty, (state, entry) => state.After(entry));
            for (var cut = 0; cut <= entries.Count; cut += 20)
            {
                var checkpoint = new JournalEntry(JournalEvent.Checkpoint)
                {
                    State = entries.Take(cut)
                    .Aggregate(RemediationState.Empty, (state, entry) => state.After(entry))
                };
                Assert.Null(JournalLine.TryParse(JournalLine.Of(checkpoint).Bytes.AsSpan(..^1), out var read));
                Assert.Equal(JournalWriter.Text(all), JournalWriter.Text(entries.Skip(cut)
                    .Aggregate(RemediationState.Empty.After(read), (state, entry) => state.After(entry))));
            }
        }
    }

    [Fact]
    public void Empty_HasNoDevicesAndNothingSpent()
    {
        Assert.Empty(RemediationState.Empty.Devices);
        Assert.Equal(0, RemediationState.Empty.SpentAt(0));
        Assert.Equal(0, RemediationState.Empty.UnknownUntil);
    }

    [Fact]
    public void Intent_IsPendingUntilItsOwnOutcome()
    {
        var state = After(Intent("1"), Outcome("2", RemediationVerdict.Healed));
        Assert.Equal("1", state.Device(Key).Pending!.Id);
        Assert.Empty(state.Device(Key).Desired);
        foreach (var verdict in Enum.GetValues<RemediationVerdict>())
            Assert.Null(After(Intent("1"), Outcome("1", verdict)).Device(Key).Pending);
        Assert.Null(After(Intent("1"), Outcome("1",
            RemediationVerdict.Declined) with
        { Declined = DeclineReason.JournalUnavailable }).Device(Key).Pending);
    }

    [Fact]
    public void Outcome_WithoutAVerdict_IsNoSuccess()
    {
        var device = After(Intent("1"), Outcome("1", RemediationVerdict.Healed) with { Verdict = null }).Device(Key);
        Assert.Equal((0, false, null), (device.Count("outcomes/local/healed"), device.Proving, device.LastSuccess));
    }

    [Theory]
    [InlineData("healed", true)]
    [InlineData("applied", true)]
    [InlineData("did_not_hold", true)]
    [InlineData("inconclusive", true)]
    [InlineData("unverified", true)]
    [InlineData("not_healed", false)]
    [InlineData("rolled_back", false)]
    [InlineData("rollback_failed", false)]
    [InlineData("failed", false)]
    [InlineData("device_gone", false)]
    [InlineData("nothing_to_do", false)]
    public void Outcome_ThatLeavesTheChange_MakesItDesired(string name, bool desired)
    {
        var verdict = SnakeCase.Parse<RemediationVerdict>(name)!.Value;
        var device = After(Intent("1"), Outcome("1", verdict)).Device(Key);
        Assert.Equal(desired ? ["rx-gro", "tx-tcp-segmentation"] : [], device.Desired);
        Assert.Equal(desired ? (0, "segmentation") : (null, null), (device.Stage, device.Profile));
        Assert.Equal(verdict is RemediationVerdict.NotHealed or RemediationVerdict.RollbackFailed ? "reinit" : null,
            device.RecoveryAction);
    }

    [Fact]
    public void Rollback_ForgetsWhatItUndoesAndTheFirstValueIsTheOneToGoBackTo()
    {
        var again = Intent("2") with
        {
            Before = new Dictionary<string,
            string>
            { ["tx-tcp-segmentation"] = "off", ["eee"] = "on" }
        };
        var state = After(Intent("1"), Outcome("1", RemediationVerdict.Healed), again,
            Outcome("2", RemediationVerdict.Applied));
        Assert.Equal("on", state.Device(Key).Original["tx-tcp-segmentation"]);
        Assert.Equal(["eee", "rx-gro", "tx-tcp-segmentation"], state.Device(Key).Desired);

        var back = Intent("3") with
        {
            Rollback = true,
            Before = new Dictionary<string,
            string>
            { ["tx-tcp-segmentation"] = "off", ["rx-gro"] = "off", ["eee"] = "off" }
        };
        var device = state.After(back).After(Outcome("3", RemediationVerdict.Applied)).Device(Key);
        Assert.Empty(device.Desired);
        Assert.Empty(device.Original);
        Assert.Equal((null, null), (device.Stage, device.Profile));
    }

    [Fact]
    public void Charge_OutsideTheCooldown_DoesNotShortenIt()
    {
        var state = After(Intent("1") with { Age = 100, Cooldown = 21600 },
            Intent("2") with { Age = 200, Cooldown = 600 });
        Assert.Equal(21700, state.Device(Key).CooldownUntil);
        Assert.Equal(2, state.SpentAt(200));
        Assert.Equal(1, state.SpentAt(100 + DeviceRecord.BudgetWindow));
    }

    [Fact]
    public void Quarantine_CountsItsTriesUntilAPersonClearsIt()
    {
        var trial = Intent("2") with { Charged = null, Age = 50, Cooldown = 120 };
        var state = After(Intent("1"), new JournalEntry(JournalEvent.Quarantined) { Key = Key, Age = 40 }, trial);
        Assert.Equal((true, 1, 170.0),
            (state.Device(Key).Quarantined, state.Device(Key).QuarantineTries, state.Device(Key).QuarantineNext));
        Assert.Equal(1, state.After(new JournalEntry(JournalEvent.Quarantined)
        {
            Key = Key,
            Age = 60
        }).Device(Key).QuarantineTries);

        var device = state.After(new JournalEntry(JournalEvent.Cleared) { Key = Key, Age = 70 }).Device(Key);
        Assert.Equal((false, 0, 0, 0.0),
            (device.Quarantined, device.QuarantineTries, device.SpentAt(70), device.CooldownUntil));
    }

    private static RemediationState After(params JournalEntry[] entries) =>
        entries.Aggregate(RemediationState.Empty, (state, entry) => state.After(entry));

    private static JournalEntry Intent(string id) => new(JournalEvent.Intent)
    {
        Id = id,
        Key = Key,
        Trigger = RemediationTrigger.Local,
        Profile = "segmentation",
        Stage = 0,
        RecoveryAction = "reinit",
        Charged = true,
        Cooldown = 600,
        Before = new Dictionary<string, string> { ["tx-tcp-segmentation"] = "on", ["rx-gro"] = "on" },
    };

    private static JournalEntry Outcome(string id, RemediationVerdict verdict) =>
        new(JournalEvent.Outcome) { Id = id, Key = Key, Trigger = RemediationTrigger.Local, Verdict = verdict };

    private static long Sum(RemediationState state, string prefix) =>
        state.Devices.Values.Sum(device => device.Counts.Where(count => count.Key.StartsWith(prefix,
            StringComparison.Ordinal)).Sum(count => count.Value));
}
