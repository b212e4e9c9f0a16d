using NicHangExporter.Linux;
using NicHangExporter.Options;
using NicHangExporter.Remediation.Evidence;
using NicHangExporter.Remediation.Journaling;

namespace NicHangExporter.Tests.Api;

/// <summary>
/// The routes that only read (remediations on record, devices, episodes), and those for operators.
/// </summary>
public sealed class ViewRouteTests : IDisposable
{
    private ApiHost _api = new(options =>
        options with
        { Remediation = options.Remediation with { Cooldown = TimeSpan.Zero, DeviceBudget = 100, HostBudget = 100 } });

    public void Dispose() => _api.Dispose();

    [Fact]
    public async Task Remediations_AreListedTheNewestFirst_AndBounded()
    {
        _api.Host.AddSimulatedNic("eno2", "0000:02:00.0");
        foreach (var (device, feature) in new[] { ("eno1", "tso"), ("eno2", "gso"), ("eno1", "gro") })
            Assert.Equal(
                "applied",
                (await _api.PostAsync(
                    "/api/v1/remediations",
                    $$"""{"device":"{{device}}","features":["{{feature}}"],"reason":"for {{feature}}"}""")).Verdict);
        Assert.Equal(422, (await RemediateAsync("highdma")).Status);

        Assert.Equal(["nothing_changeable", "for gro", "for gso", "for tso"], await ListAsync(""));
        Assert.Equal(["nothing_changeable", "for gro"], await ListAsync("?limit=2"));
        Assert.Equal(["for gso"], await ListAsync("?device=eno2"));
        Assert.Equal(["for gso"], await ListAsync("?device=0000:02:00.0&limit=500"));
        Assert.Equal([], await ListAsync("?device=eno9"));
        var newest = (await _api.GetAsync("/api/v1/remediations?limit=2")).Json["remediations"]![1]!;
        Assert.Equal(
            ("api", "operator", "e1000e", true),
            (newest["trigger"]!.GetValue<string>(), newest["actor"]!.GetValue<string>(),
                newest["driver"]!.GetValue<string>(), newest["success"]!.GetValue<bool>()));
        Assert.True(newest["began"]!.GetValue<DateTimeOffset>() <= newest["ended"]!.GetValue<DateTimeOffset>());
    }

    [Fact]
    public async Task DeclinedOne_IsFoundByTheIdOfItsProblem()
    {
        File.WriteAllText(_api.Host.Options.Remediation.DisableFile, "");
        var problem = await _api.PostAsync("/api/v1/remediations", """{"device":"eno1"}""");

        var reply = await _api.GetAsync($"/api/v1/remediations/{problem.Json["id"]!.GetValue<string>()}");

        Assert.Equal(
            (200, "declined", "paused"), (reply.Status, reply.Verdict, reply.Json["declined"]!.GetValue<string>()));
    }

    [Fact]
    public async Task WhatIsNotInTheJournal_IsStillKnownForAWhile()
    {
        var dry = await _api.PostAsync("/api/v1/remediations", """{"device":"eno1","dryRun":true}""");

        Assert.Equal(
            "dry_run", (await _api.GetAsync($"/api/v1/remediations/{dry.Json["id"]!.GetValue<string>()}")).Verdict);
    }

    [Theory]
    [InlineData("r1-999")]
    [InlineData("..")]
    [InlineData("journal.jsonl")]
    [InlineData("%22")]
    [InlineData("r1-1%0a")]
    [InlineData("aaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaa")]
    public async Task UnknownRemediation_Is404(string id) =>
        Assert.Equal(404, (await _api.GetAsync($"/api/v1/remediations/{id}")).Status);

    [Fact]
    public async Task Devices_AreThoseOfTheDoor()
    {
        await _api.PostAsync("/api/v1/remediations", """{"device":"eno1","features":["tso"]}""");

        var list = (await _api.GetAsync("/api/v1/devices")).Json;
        Assert.Equal(
            ("enforce", false, true, true, 99),
            (list["modes"]!["api"]!.GetValue<string>(), list["paused"]!.GetValue<bool>(),
                list["journalWritable"]!.GetValue<bool>(), list["capable"]!.GetValue<bool>(),
                list["hostBudgetLeft"]!.GetValue<int>()));
        var one = Assert.Single(list["devices"]!.AsArray())!;
        foreach (var path in new[] { "eno1", "0000:00:1f.6" })
            Assert.Equal(one.ToJsonString(), (await _api.GetAsync($"/api/v1/devices/{path}")).Json.ToJsonString());
        Assert.Equal(
            ("e1000e", true, "applied"),
            (one["driver"]!.GetValue<string>(), one["present"]!.GetValue<bool>(),
                one["last"]!["verdict"]!.GetValue<string>()));
        Assert.Contains("tx-tcp-segmentation", one["desired"]!.AsArray().Select(name => name!.GetValue<string>()));
        Assert.Equal(404, (await _api.GetAsync("/api/v1/devices/eno9")).Status);
        Assert.Equal(404, (await _api.GetAsync("/api/v1/devices/%5c")).Status);
    }

    [Theory]
    [InlineData("$(id)", "$(id)")]
    [InlineData("-rf", "-rf")]
    [InlineData("a\"b", "a%22b")]
    [InlineData("\u00e4\u00f6", "%c3%a4%c3%b6")]
    [InlineData("x%dy", "x%25dy")]
    [InlineData("eth0.100", "eth0.100")]
    [InlineData("eth0.100", "eth0%2E100")]
    [InlineData("all", "all")]
    [InlineData("*", "%2a")]
    [InlineData("{device}", "%7bdevice%7d")]
    [InlineData("a\u001b[2Jb", "a%5cx1b[2Jb")]
    public async Task HostileName_IsShownAndFoundAsItIs(string name, string segment)
    {
        _api.Dispose();
        var host = new FixtureHost(options =>
        {
            options = Remediation.LocalLoop.Enforcing(options);
            return options with { Remediation = options.Remediation with { Api = RemediationMode.Enforce } };
        });
        _ = host.AddSimulatedNic(name);
        _api = new ApiHost(host: host);

        // Invisible characters are escaped as the program itself escapes them.
        var shown = name.Replace("\u001b", @"\x1b", StringComparison.Ordinal);
        Assert.Equal(shown, (await _api.GetAsync($"/api/v1/devices/{segment}")).Json["device"]!.GetValue<string>());
        Assert.Equal(
            "dry_run",
            (await _api.PostAsync(
                "/api/v1/remediations",
                $$"""{"device":{{System.Text.Json.JsonSerializer.Serialize(shown)}},"dryRun":true}""")).Verdict);
        Assert.Equal("nothing_to_roll_back", (await _api.PostAsync($"/api/v1/devices/{segment}/rollback")).Problem);
    }

    [Fact]
    public async Task Episodes_AreListedAndShownWhole()
    {
        Assert.Empty((await _api.GetAsync("/api/v1/episodes")).Json["episodes"]!.AsArray());
        var id = EpisodeId.New(_api.Host.Clock.GetUtcNow(), _api.Nic.Interface);
        Assert.True(BusAddress.TryParse(_api.Nic.Bus, out var bus));
        _api.Host.Remediator.BeginEpisode(
            id, _api.Nic.Interface, bus, "e1000e", _api.Host.Clock.GetUtcNow(), "TDH=14 TDT=1a",
            ["e1000e 0000:00:1f.6 eno1: Detected Hardware Unit Hang:"]);
        _api.Host.Remediator.EndEpisode(
            _api.Nic.Interface,
            new EpisodeSummary(id, _api.Host.Clock.GetUtcNow(), _api.Host.Clock.GetUtcNow(), "wedge", 12, 3), []);
        _api.Host.RemediationWorker.RunPending();

        var row = Assert.Single((await _api.GetAsync("/api/v1/episodes")).Json["episodes"]!.AsArray())!;
        Assert.Equal(
            (id, "eno1", "wedge"),
            (row["id"]!.GetValue<string>(), row["device"]!.GetValue<string>(),
                row["summary"]!["shape"]!.GetValue<string>()));
        var whole = (await _api.GetAsync($"/api/v1/episodes/{id}")).Json;
        Assert.Equal("TDH=14 TDT=1a", whole["report"]!.GetValue<string>());
        Assert.NotNull(whole["before"]!["features"]!["tx-tcp-segmentation"]);
        Assert.Equal(404, (await _api.GetAsync("/api/v1/episodes/20260101T000000Z-eno1")).Status);
        Assert.Equal(404, (await _api.GetAsync("/api/v1/episodes/..")).Status);
    }

    [Fact]
    public async Task Quarantine_IsLiftedByAnAdminAndOnRecordUnderItsName()
    {
        _api.Dispose();
        _api = new ApiHost(
            options => options with
            {
                Remediation = options.Remediation
                with
                { DeviceBudget = 1, Cooldown = TimeSpan.Zero }
            });
        await _api.PostAsync("/api/v1/remediations", """{"device":"eno1","features":["tso"]}""");
        var refused = await _api.PostAsync("/api/v1/remediations", """{"device":"eno1","features":["gso"]}""");
        Assert.Equal((409, "quarantined"), (refused.Status, refused.Problem));
        Assert.True((await _api.GetAsync("/api/v1/devices/eno1")).Json["quarantined"]!.GetValue<bool>());

        Assert.True((await _api.PostAsync("/api/v1/quarantine/eno1/clear")).Json["cleared"]!.GetValue<bool>());

        Assert.False((await _api.GetAsync("/api/v1/devices/eno1")).Json["quarantined"]!.GetValue<bool>());
        Assert.Equal(
            "operator", Assert.Single(_api.Host.JournalEntries(), entry => entry.Event == JournalEvent.Cleared).Actor);
        Assert.Equal("applied", (await RemediateAsync("gso")).Verdict);
        Assert.True((await _api.PostAsync("/api/v1/quarantine/eno1/clear")).Json["cleared"]!.GetValue<bool>());
        var nothing = (await _api.PostAsync("/api/v1/quarantine/0000:00:1f.6/clear")).Json;
        Assert.False(nothing["cleared"]!.GetValue<bool>());
        Assert.NotNull(nothing["explanation"]);
        Assert.Equal(404, (await _api.PostAsync("/api/v1/quarantine/eno9/clear")).Status);
    }

    [Fact]
    public async Task Pause_StopsEverythingButUndoing_UntilItIsLifted()
    {
        Assert.Equal("applied", (await RemediateAsync("tso")).Verdict);

        Assert.True((await _api.PostAsync("/api/v1/pause")).Json["paused"]!.GetValue<bool>());
        Assert.Equal(409, (await RemediateAsync("gso")).Status);
        Assert.Equal("applied", (await _api.PostAsync("/api/v1/devices/eno1/rollback")).Verdict);
        Assert.False(
            (await _api.SendAsync("DELETE", "/api/v1/pause", null, ApiHost.Admin)).Json["paused"]!.GetValue<bool>());
        Assert.Equal(200, (await RemediateAsync("gso")).Status);

        File.WriteAllText(_api.Host.Options.Remediation.DisableFile, "");
        var still = (await _api.SendAsync("DELETE", "/api/v1/pause", null, ApiHost.Admin)).Json;
        Assert.True(still["paused"]!.GetValue<bool>());
        Assert.NotNull(still["explanation"]);
    }

    [Fact]
    public async Task SwitchThatIsNotDurable_SaysSo()
    {
        _api.Dispose();
        _api = new ApiHost(options => options with { Paths = options.Paths with { StateDirectory = null } });

        var reply = await _api.PostAsync("/api/v1/pause");

        Assert.Equal((503, "not_durable"), (reply.Status, reply.Problem));
        Assert.True((await _api.GetAsync("/api/v1/devices")).Json["paused"]!.GetValue<bool>());
        await _api.Host.Remediator.StopAsync(TimeSpan.Zero);
        Assert.Equal("shutting_down", (await _api.PostAsync("/api/v1/pause")).Problem);
    }

    [Fact]
    public async Task WithoutAStateDirectory_ListsAreEmpty()
    {
        _api.Dispose();
        _api = new ApiHost(options => options with { Paths = options.Paths with { StateDirectory = null } });

        Assert.Empty((await _api.GetAsync("/api/v1/remediations")).Json["remediations"]!.AsArray());
        Assert.Empty((await _api.GetAsync("/api/v1/episodes")).Json["episodes"]!.AsArray());
        Assert.Equal(404, (await _api.GetAsync("/api/v1/remediations/r1-1")).Status);
    }

    private Task<ApiReply> RemediateAsync(string feature) =>
        _api.PostAsync("/api/v1/remediations", $$"""{"device":"eno1","features":["{{feature}}"]}""");

    // The reason of a remediation that was carried out, and the explanation of another one.
    private async Task<List<string>> ListAsync(string query) =>
        [.. (await _api.GetAsync("/api/v1/remediations" + query)).Json["remediations"]!.AsArray()
            .Select(one => (one!["reason"] ?? one["declined"])!.GetValue<string>())];
}
