using System.Text.Json;
using System.Text.RegularExpressions;
using Microsoft.Extensions.Time.Testing;
using NicHangExporter.Detection;
using NicHangExporter.Hosting;
using NicHangExporter.Remediation.Evidence;
using NicHangExporter.Remediation.Journaling;
using NicHangExporter.Tests.Remediation;

namespace NicHangExporter.Tests.Baselines;

/// <summary>
/// The files that whole runs leave in the state directory. Only the number at the end of a remediation's id may differ,
/// and with it the line's checksum. A daemon that finds such files, which an earlier version has written, knows all
/// that the one before it knew.
/// </summary>
public sealed partial class GoldenRunTests
{
    public static TheoryData<string> Runs => [.. RecordedRun.All.Select(run => run.Name)];

    [Theory]
    [MemberData(nameof(Runs))]
    public void Files_OfARun_AreTheGoldenOnes(string name) => Named(name).Carry((_, files) =>
    {
        foreach (var (file, text) in files)
            GoldenFile.AssertIs($"run/{name}/{file}", text, ClearNumbers);
        Assert.Equal(files.Keys, Golden(name));
    });

    [Theory]
    [MemberData(nameof(Runs))]
    public void GoldenFiles_ReadAgain_AreTheStateOfTheRun(string name) => Named(name).Carry((before, _) =>
    {
        using var after = Next(name, before.Clock.GetUtcNow());

        Assert.Equal(Remediations(before), Remediations(after));
        Assert.Equal(Counts(before), Counts(after));
        Assert.Equal(Bundles(before), Bundles(after));
        Assert.Empty(after.Ledger.Problems);
        Assert.Equal(0, after.Log.Count(EventIds.JournalSetAside) + after.Log.Count(EventIds.StateSetAside));
    });

    [Theory]
    [InlineData("healed", 400, """
        stage 0, rung none, off tx-generic-segmentation tx-tcp-segmentation tx-tcp6-segmentation
        last Healed, pending none, charges 1
        quarantined False, proving False, paused False
        attempts/local=1 outcomes/local/healed=1
        driver/live=1
        episode none
        ended wedge=1, outage 1
        bundle wedge: Healed
        """)]
    [InlineData("rolled-back", 430, """
        stage none, rung none, off none
        last Applied, pending none, charges 2
        quarantined False, proving False, paused False
        attempts/cli=1 attempts/local=2 outcomes/cli/applied=1 outcomes/local/healed=1 outcomes/local/not_healed=1
        driver/live=15 tx_stall/live=1
        episode none
        ended wedge=1, outage 31
        bundle wedge: NotHealed Healed
        """)]
    [InlineData("quarantined", 505, """
        stage none, rung reinit, off none
        last NotHealed, pending none, charges 6
        quarantined True, proving False, paused True
        attempts/local=9 outcomes/local/not_healed=9
        driver/live=238 tx_stall/live=9
        episode 20260724T160004Z-eno1 Wedge
        ended none, outage 0
        bundle open: NotHealed NotHealed NotHealed NotHealed NotHealed NotHealed NotHealed NotHealed NotHealed
        """)]
    [InlineData("interrupted", 15, """
        stage none, rung none, off none
        last none, pending reinit, charges 1
        quarantined False, proving False, paused False
        attempts/local=1
        driver/live=4
        episode 20260724T160004Z-eno1 Wedge
        ended none, outage 0
        bundle open: none
        """)]
    public void GoldenFiles_ReadAgain_SayWhatHappened(string name, int seconds, string expected)
    {
        using var host = Next(name, FixtureHost.Beginning.AddHours(1).AddSeconds(seconds));

        var (state, record) = (host.Ledger.State, Assert.Single(host.Ledger.State.Devices).Value);
        var device = Assert.Single(host.Monitor.State().Devices);
        var bundle = Assert.Single(EpisodeFiles.List(host.Options.Paths.StateDirectory!));
        var verdicts = bundle.Remediations.Select(remediation => $"{remediation.Verdict}");
        Assert.Equal(expected, string.Join('\n',
            $"stage {Or(record.Stage)}, rung {Or(record.RecoveryAction)}, off {All(record.Desired)}",
            $"last {Or(record.Last?.Verdict)}, pending {Or(record.Pending?.RecoveryAction)}, charges "
            + $"{record.Charges.Count}",
            $"quarantined {record.Quarantined}, proving {record.Proving}, paused {state.Paused}",
            Numbers(record.Counts),
            Numbers(device.Events),
            $"episode {All([device.EpisodeId, $"{device.Episode?.Shape}"])}",
            $"ended {Numbers(device.EpisodesEnded)}, outage {device.OutageSeconds}",
            $"bundle {bundle.Summary?.Shape ?? "open"}: {All(verdicts)}"));
    }

    private static string Or(object? value) => $"{value ?? "none"}";

    private static string All(IEnumerable<string?> words) =>
        string.Join(' ', words.Where(word => !string.IsNullOrEmpty(word)).DefaultIfEmpty("none"));

    private static string Numbers(IEnumerable<KeyValuePair<string, long>> counts) =>
        All(counts.OrderBy(count => count.Key, StringComparer.Ordinal).Select(count => $"{count.Key}={count.Value}"));

    private static string ClearNumbers(string text) => string.Join('\n', text.Split('\n').Select(ClearNumbersOfLine));

    private static string ClearNumbersOfLine(string line)
    {
        var cleared = RemediationNumber().Replace(line, "N");
        return cleared == line ? line : Checksum().Replace(cleared, "N");
    }

    [GeneratedRegex("(?<=\"r[0-9a-f]{8,}-)[0-9]+(?=\")")]
    private static partial Regex RemediationNumber();

    [GeneratedRegex("(?<=,\"crc\":\")[0-9a-f]{8}(?=\"}$)")]
    private static partial Regex Checksum();

    private static RecordedRun Named(string name) => RecordedRun.All.Single(run => run.Name == name);

    private static IEnumerable<string> Golden(string name)
    {
        var directory = GoldenFile.PathOf($"run/{name}");
        return Directory.GetFiles(directory, "*", SearchOption.AllDirectories)
            .Select(path => Path.GetRelativePath(directory, path)).Order(StringComparer.Ordinal);
    }

    // The next process, which has read the golden files and done nothing yet.
    private static FixtureHost Next(string name, DateTimeOffset now)
    {
        // The host lets an hour pass at its beginning.
        var host = new FixtureHost(LocalLoop.Enforcing, live: true, clock: new FakeTimeProvider(now.AddHours(-1)));
        host.AddSimulatedNic();
        Named(name).Leave(host.Options.Paths.StateDirectory!);
        Assert.True(host.StateDirectory.TryTake());
        host.Ledger.Open();
        host.Start();
        return host;
    }

    private static string Remediations(FixtureHost host) =>
        JsonSerializer.Serialize(host.Ledger.State, JournalJson.Default.Options.GetTypeInfo(typeof(RemediationState)));

    private static string Counts(FixtureHost host) =>
        JsonSerializer.Serialize(host.Monitor.State(), StateJson.Default.MonitorState);

    private static string Bundles(FixtureHost host) => string.Join('\n',
        EpisodeFiles.List(host.Options.Paths.StateDirectory!)
            .Select(bundle => JsonSerializer.Serialize(bundle, EpisodeJson.Default.EpisodeBundle)));
}
