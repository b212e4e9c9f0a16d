using System.Text;
using NicHangExporter.Linux;
using NicHangExporter.Remediation;
using NicHangExporter.Remediation.Journaling;
using NicHangExporter.Remediation.Policy;

namespace NicHangExporter.Tests.Remediation;

/// <summary>Seeded histories: entries as the store writes them, in a possible order, with hostile texts.</summary>
internal sealed class Histories(int seed)
{
    private static readonly string[] Texts = ["", "ok", "line\nbreak", "\"quoted\\\"", "käßé 网卡 🧨",
        "\u0000\u0001\u001b[31m", "}{,\"crc\":\"00000000\"}", new('x', 300)];
    private static readonly string[] Settings = ["tx-tcp-segmentation", "tx-generic-segmentation",
        "tx-checksum-ip-generic", "rx-checksum", "rx-gro", "eee", "pause"];

    private readonly Random _random = new(seed);
    private readonly Dictionary<string, JournalEntry> _pending = [];
    private double _age;
    private double _uptime = 60;
    private string _boot = "11111111-2222-3333-4444-555555555555";

    /// <summary>The entry that follows this number.</summary>
    public JournalEntry After(long seq) => Content() with
    {
        Seq = seq + 1,
        Time = new DateTimeOffset(2026, 7, 24, 15, 0, 0,
            TimeSpan.Zero).AddMilliseconds((_age * 1000) + (Chance(20) ? -1e8 : 0)),
        Boot = Chance(50) ? null : _boot,
        Uptime = _uptime,
        Age = _age,
    };

    private JournalEntry Content()
    {
        if (Chance(200))
            (_boot, _uptime) = (Guid.NewGuid().ToString(), 10);
        var passed = _random.NextDouble() * 3000;
        (_age, _uptime) = (_age + passed, _uptime + passed);
        var number = _random.Next(5);
        var key = $"0000:0{number}:00.0|52:54:00:12:34:0{number}";
        var entry = new JournalEntry(JournalEvent.Clock)
        {
            Key = key,
            Device = $"eth{number}",
            Driver = Pick("e1000e", "igb", "r8169")
        };
        if (_pending.Remove(key, out var intent) && !Chance(10))
            return Outcome(entry with
            {
                Id = intent.Id,
                Trigger = intent.Trigger,
                Stage = intent.Stage,
                Profile = intent.Profile,
                RecoveryAction = intent.RecoveryAction
            });
        return _random.Next(14) switch
        {
            0 => new JournalEntry(JournalEvent.Clock),
            1 => new JournalEntry(JournalEvent.Paused) { Actor = Text() },
            2 => new JournalEntry(JournalEvent.Resumed) { Actor = Text() },
            3 when Chance(3) => entry with { Event = JournalEvent.Quarantined },
            4 when Chance(3) => entry with { Event = JournalEvent.Cleared, Actor = Text() },
            5 => entry with { Event = JournalEvent.Recovered },
            6 => entry with { Event = JournalEvent.Recurred, Profile = Pick("segmentation", "checksum", null) },
            7 => entry with { Event = JournalEvent.Episode, Episode = Episode() },
            12 => entry with { Event = JournalEvent.LinkRestored, Reason = Text() },
            8 => Outcome(entry with { Id = Id(), Trigger = Any<RemediationTrigger>() }) with
            {
                Verdict = RemediationVerdict.Declined,
                Declined = Any<DeclineReason>(),
            },
            9 => new JournalEntry(JournalEvent.Alert) { Alerts = Alerts(), Actor = Text() },
            10 => new JournalEntry(JournalEvent.Answered)
            {
                Alerts = Alerts(),
                Device = entry.Device,
                Declined = Any<DeclineReason>(),
                Reason = Text()
            },
            _ => _pending[key] = Intent(entry),
        };
    }

    private JournalEntry Intent(JournalEntry entry) => entry with
    {
        Event = JournalEvent.Intent,
        Id = Id(),
        Trigger = Any<RemediationTrigger>(),
        Actor = Text(),
        Reason = Text(),
        Profile = Pick("segmentation", "checksum", null),
        Stage = Chance(2) ? _random.Next(5) : null,
        RecoveryAction = Pick("reinit", "bounce", null),
        Hung = Chance(2),
        Rollback = Chance(6) ? true : null,
        Charged = Chance(2),
        Cooldown = Chance(3) ? null : _random.Next(60, 21600),
        WasUp = Chance(2),
        Steps = [Text(), "tx-tcp-segmentation off"],
        Before = SomeSettings(),
    };

    private JournalEntry Outcome(JournalEntry entry) => entry with
    {
        Event = JournalEvent.Outcome,
        Reason = Text(),
        Verdict = Any<RemediationVerdict>(),
        After = SomeSettings(),
        Fixed = Chance(3) ? ["rx-lro", Text()] : null,
        LeftDown = Chance(9) ? _random.Next() : null,
        Evidence = new RemediationEvidence(_random.NextDouble() * 60, Chance(2) ? (ulong)_random.NextInt64() : null,
            Chance(2) ? _random.NextDouble() / 3 : null,
            _random.Next(9), Chance(2) ? 1e-9 : null, Chance(4) ? Text() : null),
    };

    // Of few, so that some of them come again.
    private AcceptedAlert[] Alerts() => [.. Enumerable.Range(0, _random.Next(4)).Select(_ => new AcceptedAlert(
        new AlertKey($"{_random.Next(20):x16}", DateTimeOffset.UnixEpoch.AddSeconds(_random.Next(50))),
        $"eth{_random.Next(5)}"))];

    private EpisodeSummary Episode() => new(Id(), DateTimeOffset.UnixEpoch.AddTicks(_random.NextInt64(1L << 60)),
        DateTimeOffset.UnixEpoch.AddDays(_random.Next(90000)),
        Pick("wedge", "flap", "stall", "unknown")!, _random.NextDouble() * 1e6, _random.Next());

    private Dictionary<string, string> SomeSettings() =>
        Settings.Where(_ => Chance(3)).ToDictionary(name => name, _ => Pick("on", "off", "on [fixed]")!);

    private string Id() => _random.NextInt64().ToString("x16", System.Globalization.CultureInfo.InvariantCulture);

    private string Text() => Chance(4)
        ? new StringBuilder().Append((char)_random.Next(1, 0xd800), 1).Append((char)_random.Next(0xe000, 0xfffe),
            1).ToString()
        : Texts[_random.Next(Texts.Length)];

    private T Any<T>() where T : struct, Enum => Enum.GetValues<T>()[_random.Next(Enum.GetValues<T>().Length)];

    private string? Pick(params string?[] choices) => choices[_random.Next(choices.Length)];

    private bool Chance(int oneIn) => _random.Next(oneIn) == 0;
}
