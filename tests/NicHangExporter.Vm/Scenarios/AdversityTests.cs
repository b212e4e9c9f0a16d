using System.Diagnostics;
using System.Net;
using System.Net.Http.Headers;
using System.Text;
using System.Text.Json;

namespace NicHangExporter.Vm.Scenarios;

/// <summary>A hang in combination with another problem, or with requests from outside.</summary>
[Collection(typeof(FirstGuest))]
public sealed class AdversityTests(SharedGuest shared)
{
    // Proves: an exporter killed in the middle of a step resolves the step at its next start. It heals what still hangs
    // or is down, and records how the step ended.
    [Theory]
    [InlineData("intent", "failed",
        Traits = [Extent.Name, Extent.Whole])] // the intent is on the disk, nothing has been done
    [InlineData("off", "rolled_back")] // TSO is off, the adapter is not yet reset
    [InlineData("dark", "unverified", Traits = [Extent.Name, Extent.Whole])] // the reset has taken the link away
    [InlineData("down", "unverified")] // the bounce has set the link down
    [InlineData("back", "unverified", Traits = [Extent.Name, Extent.Whole])] // the link is back, verification runs
    public async Task Exporter_KilledInTheMiddle_IsFollowedByOneThatHeals(string moment, string verdict)
    {
        var guest = await shared.GetAsync();
        var eno1 = new GuestNic(guest, "eno1");
        await using var probe = new HostProbe(guest.Ports.Eno1Web);
        string[] options = ["--remediation.local=enforce", .. GuestExporter.Window(8), .. moment == "down"
            ? new[] { "--no-remediation.reinit" } : []];
        await using var first = await GuestExporter.StartAsync(guest, options);
        var before = await Neighbourhood.LookAsync(guest);
        var (links, last) = (await eno1.CarrierChangesAsync(), guest.Log.Last);
        await probe.UpAsync();
        var begun = probe.Now;
        await using var killer = await eno1.KillAtAsync(first, moment);
        await using var fault = await eno1.HangWhileAsync("tso");

        var met = await killer.KilledAsync();
        Assert.True(IsOf(moment, met, links),
            $"killed at another moment than '{moment}', with {links} changes of the carrier before: {met}");
        await first.KillAsync();
        var left = await first.JournalAsync();
        Assert.Equal("intent", left[^1].Text("event"));

        await using var second = await GuestExporter.StartAsync(guest, options, first.State);
        await probe.UpAsync();
        Assert.True(probe.Misses(begun) > 0, $"the host was cut off: {probe}");

        var settled = await Eventually.HoldsAsync("every intent has its outcome", second.JournalAsync, entries =>
            Open(entries) == 0, TimeSpan.FromMinutes(2));
        var fate = settled.First(entry => entry.Text("event") == "outcome" && entry.Text("id") == left[^1].Text("id"));
        Assert.Equal(verdict, fate.Text("verdict"));
        // A NIC whose exporter was killed before the reset still hangs. A new remediation of the second exporter heals
        // it. The other cases need no remediation.
        Assert.Equal(
            moment is "intent"
            or "off", settled.Any(entry => entry.Text("event") == "outcome" && entry.Text("verdict") == "healed"));
        Assert.Equal("off", await eno1.FeatureAsync("tcp-segmentation-offload"));
        Assert.Contains("UP", await guest.Shell.DoAsync("/usr/sbin/ip -o link show eno1"), StringComparison.Ordinal);
        Assert.Equal(1, (await second.ScrapeAsync())["nichang_journal_writable"]);
        // The kernel's view: if the adapter was not reset, the hang continued. In total the link was lost once, by the
        // exporter.
        Assert.Equal(
            moment is "intent"
            or "off", guest.Log.Of("eno1", "Detected Hardware Unit Hang", last).Any(report => report.Time > met.Time));
        Assert.Empty(guest.Log.Of("eno1", "Reset adapter", last));
        Assert.Equal(links + 2, await eno1.CarrierChangesAsync());
        await Neighbourhood.IsAsBeforeAsync(guest, before);
    }

    // Proves: while a process holds RTNL, like a driver that is stuck, scrapes still answer and report it. The hang is
    // healed after the lock is released.
    [Fact]
    public async Task RtnlHeld_WhileTheNicHangs_ScrapesAnswerAndTheHangIsHealedAfterwards()
    {
        var guest = await shared.GetAsync();
        var eno1 = new GuestNic(guest, "eno1");
        await using var probe = new HostProbe(guest.Ports.Eno1Web);
        await using var exporter =
            await GuestExporter.StartAsync(guest, ["--remediation.local=enforce", .. GuestExporter.Window(8)]);
        await exporter.ScrapeUntilAsync(
            "a snapshot", metrics => metrics.Of("nichang_ethtool_snapshot_age_seconds").Count == 1);
        var (links, last) = (await eno1.CarrierChangesAsync(), guest.Log.Last);
        await probe.UpAsync();
        var begun = probe.Now;

        await using var hold = await HoldRtnlAsync(guest);
        await eno1.HangAsync();
        await guest.Log.WaitAsync("eno1", "Detected Hardware Unit Hang", last, count: 2);
        // By now the local loop has requested the device from the kernel, and waits together with the poller.
        var held = await exporter.ScrapeUntilAsync("the remediation waits for RTNL", metrics =>
            metrics["nichang_remediation_command_seconds"] > 1);
        var scrapes = new List<TimeSpan>();
        for (var i = 0; i < 20; i++)
        {
            var clock = Stopwatch.StartNew();
            held = await exporter.ScrapeAsync();
            scrapes.Add(clock.Elapsed);
        }
        Assert.DoesNotContain("released", await guest.Shell.DoAsync("cat /run/rtnl.log"), StringComparison.Ordinal);
        Assert.True(scrapes.Max() < TimeSpan.FromSeconds(5), $"a scrape took {scrapes.Max()} while RTNL was held");
        Assert.True(held["nichang_ethtool_poll_wait_seconds"] > 1);
        Assert.Equal(1, held["nichang_hang_active", ("device", "eno1")]);
        Assert.NotEmpty(held.Of("nichang_device_tx_packets_total", ("device", "eno1")));

        await hold.DisposeAsync();
        await exporter.OutcomeAsync("eno1", "healed");
        await probe.UpAsync();
        Assert.True(probe.Misses(begun) > 0, $"the host was cut off: {probe}");
        await IsResetOnceAsync(guest, eno1, links, last);
        Assert.Contains("released", await guest.Shell.DoAsync("cat /run/rtnl.log"), StringComparison.Ordinal);
    }

    // Proves: while eno1 hangs and the local loop is off, a client that reaches the host over another NIC heals it with
    // the API.
    [Fact]
    public async Task Api_OverAnotherNic_HealsTheOneThatHangs()
    {
        var guest = await shared.GetAsync();
        var eno1 = new GuestNic(guest, "eno1");
        await using var probe = new HostProbe(guest.Ports.Eno1Web);
        const string token = "a-token-of-forty-characters-for-the-guest";
        await guest.Shell.DoAsync($"umask 077; printf %s {token} >/run/token");
        await using var exporter = await GuestExporter.StartAsync(guest,
            ["--remediation.api=enforce", .. GuestExporter.Window(8), "--api.token-file=operator:remediate=/run/token",
                "--api.allow-plaintext"]);
        var (links, last) = (await eno1.CarrierChangesAsync(), guest.Log.Last);
        await eno1.HangAsync();
        await guest.Log.WaitAsync("eno1", "Detected Hardware Unit Hang", last, count: 2);
        await probe.DownAsync();

        using var order = new HttpRequestMessage(HttpMethod.Post, new Uri("/api/v1/remediations", UriKind.Relative))
        {
            Content = new StringContent(
                """{"device":"eno1","recover":true,"reason":"seen from the other side"}""", Encoding.UTF8,
                "application/json"),
            Headers = { Authorization = new AuthenticationHeaderValue("Bearer", token) },
        };
        using var answer = await exporter.Http.SendAsync(order, TestContext.Current.CancellationToken);

        var body = await answer.Content.ReadAsStringAsync(TestContext.Current.CancellationToken);
        Assert.True(answer.StatusCode == HttpStatusCode.OK, $"{answer.StatusCode}: {body}");
        Assert.Equal("healed", JsonDocument.Parse(body).RootElement.GetProperty("verdict").GetString());
        await probe.UpAsync();
        await IsResetOnceAsync(guest, eno1, links, last);
        var intent = Assert.Single(await exporter.EntriesAsync("intent"));
        Assert.Equal(("api", "operator"), (intent.Text("trigger"), intent.Text("actor")));
        Assert.Equal(
            1, (await exporter.ScrapeAsync())[
                "nichang_remediation_outcomes_total", ("device", "eno1"), ("trigger", "api"), ("outcome", "healed")]);
    }

    // By the exporter. On a busy machine the kernel's watchdog may fire as well, and the driver's own reset is another
    // loss.
    private static async Task IsResetOnceAsync(Guest guest, GuestNic eno1, int links, long last) =>
        await Eventually.HoldsAsync(
            "one loss of link in addition to the driver's own", async () =>
                (Own: guest.Log.Of("eno1", "Reset adapter", last).Count,
                    Changes: await eno1.CarrierChangesAsync() - links),
            seen => seen.Changes == 2 * (1 + seen.Own), TimeSpan.FromSeconds(30));

    // rtnl-hold releases the lock when its input ends, that is, when the sleeping writer is ended. Otherwise it
    // releases the lock after a time, so that the guest stays usable.
    private static async Task<LastingFault> HoldRtnlAsync(Guest guest)
    {
        var process = await guest.Shell.DoAsync("""
            rm -f /run/rtnl.in
            mkfifo /run/rtnl.in
            : >/run/rtnl.log
            setsid rtnl-hold 100000 </run/rtnl.in >/run/rtnl.log 2>&1 &
            sleep 600 >/run/rtnl.in &
            echo $!
            tries=500
            until grep -q held /run/rtnl.log || [ $((tries-=1)) = 0 ]; do usleep 20000; done
            grep -q held /run/rtnl.log
            """);
        return new LastingFault(guest.Shell, process.Trim());
    }

    private static bool IsOf(string moment, KilledAt met, int links) => moment switch
    {
        "intent" => met is { Tso: true, IsRunning: true } && met.CarrierChanges == links,
        "off" => met is { Tso: false, IsRunning: true } && met.CarrierChanges == links,
        "dark" => met is { IsRunning: false, IsUp: true } && met.CarrierChanges == links + 1,
        "down" => met is { IsUp: false } && met.CarrierChanges == links + 1,
        _ => met is { Tso: false, IsRunning: true } && met.CarrierChanges == links + 2,
    };

    private static int Open(IReadOnlyList<JsonElement> entries) =>
        entries.Where(entry => entry.Text("event") == "intent").Select(entry => entry.Text("id"))
            .Except(entries.Where(entry => entry.Text("event") == "outcome").Select(entry => entry.Text("id"))).Count();
}
