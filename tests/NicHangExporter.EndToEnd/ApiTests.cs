namespace NicHangExporter.EndToEnd;

/// <summary>The API over real HTTP, on a device that really changes: what causes each documented status.</summary>
public sealed class ApiTests
{
    private const string Path = "/api/v1/remediations";
    private const string TurnTsoOff = "\"device\":\"veth0\",\"features\":[\"tso\"]";

    [Fact]
    public async Task Device_IsChangedLookedAtAndRolledBack()
    {
        using var host = new ApiHost("--remediation.cooldown=1h");
        using var daemon = await host.StartDaemonAsync();
        var (controller, operators) = (host.Call(daemon, host.Remediate), host.Call(daemon, host.Admin));

        Assert.Equal("200 dry_run", (await controller.RemediateAsync($"{TurnTsoOff},\"dryRun\":true")).Result);
        Assert.Equal("on", host.Console.Feature(ApiHost.Tso));

        var applied = await controller.RemediateAsync($"{TurnTsoOff},\"reason\":\"a night shift\"");
        Assert.Equal("200 applied", applied.Result);
        Assert.Equal("off", applied.Json.GetProperty("after").GetProperty("tx-tcp-segmentation").GetString());
        await host.AgreesAsync(daemon, applied, ApiHost.Tso, "off");
        var intent = Assert.Single(host.Journal("intent", applied.Id));
        Assert.Equal(
            ("controller", "a night shift", "api"),
            (intent.GetProperty("actor").GetString(), intent.GetProperty("reason").GetString(),
                intent.GetProperty("trigger").GetString()));

        Assert.Equal("200 nothing_to_do", (await controller.RemediateAsync(TurnTsoOff)).Result);
        var cooling = await controller.RemediateAsync("\"device\":\"veth0\",\"features\":[\"tx\"]");
        Assert.Equal("429 cooldown", cooling.Result);
        Assert.InRange(cooling.Headers.RetryAfter!.Delta!.Value, TimeSpan.FromMinutes(50), TimeSpan.FromHours(1));
        await host.AgreesAsync(daemon, applied, ApiHost.TxChecksum, "on");

        var device = (await controller.GetAsync("/api/v1/devices/veth0")).Json;
        Assert.Equal(applied.Id, device.GetProperty("last").GetProperty("id").GetString());
        Assert.Contains(
            "tx-tcp-segmentation", device.GetProperty("desired").EnumerateArray().Select(name => name.GetString()));
        Assert.Equal(applied.Id, (await controller.GetAsync($"{Path}/{applied.Id}")).Id);
        Assert.Equal(["declined", "nothing_to_do", "applied"],
            (await controller.GetAsync(Path)).Json.GetProperty("remediations").EnumerateArray()
            .Select(one => one.GetProperty("verdict").GetString()));

        Assert.Equal("403 scope", (await controller.PostAsync("/api/v1/devices/veth0/rollback")).Result);
        Assert.Equal(
            "200 dry_run", (await operators.PostAsync("/api/v1/devices/veth0/rollback", "{\"dryRun\":true}")).Result);
        Assert.Equal("off", host.Console.Feature(ApiHost.Tso));
        var undone = await operators.PostAsync("/api/v1/devices/veth0/rollback");
        Assert.Equal("200 applied", undone.Result);
        await host.AgreesAsync(daemon, undone, ApiHost.Tso, "on");
        Assert.Equal("409 nothing_to_roll_back", (await operators.PostAsync("/api/v1/devices/veth0/rollback")).Result);
    }

    [Fact]
    public async Task HundredCallersAtOnce_MakeOneAction()
    {
        using var host = new ApiHost();
        using var daemon = await host.StartDaemonAsync();
        var controller = host.Call(daemon, host.Remediate);

        var replies = await Task.WhenAll(Enumerable.Range(0, 100).Select(_ => controller.RemediateAsync(TurnTsoOff)));

        Assert.All(replies, reply =>
            Assert.Contains(reply.Result, (string[])["200 applied", "202 running", "200 nothing_to_do"]));
        var applied = Assert.Single(replies, reply => reply.Result == "200 applied");
        Assert.Contains(replies, reply => reply.Status == 202);
        Assert.All(replies.Where(reply => reply.Status == 202), reply =>
            Assert.Equal(
                ($"{Path}/{applied.Id}", true),
                (reply.Headers.Location!.ToString(), reply.Json.GetProperty("joined").GetBoolean())));
        Assert.Single(host.Journal("intent"));
        Assert.Equal("200 applied", (await controller.GetAsync($"{Path}/{applied.Id}")).Result);
        await host.AgreesAsync(daemon, applied, ApiHost.Tso, "off");
        Assert.Equal(
            1, (await daemon.ScrapeAsync())[
                "nichang_remediation_attempts_total", ("device", "veth0"), ("trigger", "api")]);
    }

    [Fact]
    public async Task AnotherDeviceMeanwhile_Is409()
    {
        using var host = new ApiHost("--remediation.devices=veth1", "--no-remediation.reinit");
        using var daemon = await host.StartDaemonAsync();
        var controller = host.Call(daemon, host.Remediate);
        // A bounce takes the link away for two seconds, so there is a meanwhile.
        var first = controller.RemediateAsync($"{TurnTsoOff},\"recover\":true");
        await Eventually.HoldsAsync(
            "it has begun", () =>
                File.Exists(System.IO.Path.Combine(host.Console.State, "journal.jsonl"))
                && host.Journal("intent").Count > 0, begun => begun);

        var other = await controller.RemediateAsync("\"device\":\"veth1\",\"features\":[\"tso\"]");

        Assert.Equal("409 busy", other.Result);
        Assert.Contains("veth0", other.Sentence, StringComparison.Ordinal);
        Assert.Equal("200 applied", (await first).Result);
    }

    [Fact]
    public async Task Quarantine_IsClearedByAnAdminOnly()
    {
        using var host = new ApiHost("--remediation.device-budget=1", "--remediation.cooldown=1s");
        using var daemon = await host.StartDaemonAsync();
        var (controller, operators) = (host.Call(daemon, host.Remediate), host.Call(daemon, host.Admin));
        const string TurnTxOff = "\"device\":\"veth0\",\"features\":[\"tx\"]";
        await host.AgreesAsync(daemon, await controller.RemediateAsync(TurnTsoOff), ApiHost.Tso, "off");
        await daemon.ScrapeUntilAsync(
            "the cool-down is over", metrics =>
                metrics["nichang_remediation_cooldown_until_timestamp_seconds", ("device", "veth0")] == 0);

        Assert.Equal("409 quarantined", (await controller.RemediateAsync(TurnTxOff)).Result);
        Assert.True((await controller.GetAsync("/api/v1/devices/veth0")).Json.GetProperty("quarantined").GetBoolean());
        Assert.Equal("403 scope", (await controller.PostAsync("/api/v1/quarantine/veth0/clear")).Result);
        await daemon.ScrapeUntilAsync(
            "the quarantine shows", metrics => metrics["nichang_remediation_quarantined", ("device", "veth0")] == 1);
        Assert.Equal("on", host.Console.Feature(ApiHost.TxChecksum));

        Assert.True((await operators.PostAsync("/api/v1/quarantine/veth0/clear")).Json.GetProperty("cleared")
            .GetBoolean());

        Assert.Equal("operator", Assert.Single(host.Journal("cleared")).GetProperty("actor").GetString());
        var applied = await controller.RemediateAsync(TurnTxOff);
        await host.AgreesAsync(daemon, applied, ApiHost.TxChecksum, "off");
        await daemon.ScrapeUntilAsync(
            "it is over", metrics => metrics["nichang_remediation_quarantined", ("device", "veth0")] == 0);
    }

    [Fact]
    public async Task Pause_HoldsEveryChangeButUndoing()
    {
        using var host = new ApiHost("--remediation.cooldown=1s");
        using var daemon = await host.StartDaemonAsync();
        var operators = host.Call(daemon, host.Admin);
        await operators.RemediateAsync(TurnTsoOff);

        Assert.Equal("403 scope", (await host.Call(daemon, host.Remediate).PostAsync("/api/v1/pause")).Result);
        Assert.True((await operators.PostAsync("/api/v1/pause")).Json.GetProperty("paused").GetBoolean());

        Assert.Equal(
            "409 paused", (await operators.RemediateAsync("\"device\":\"veth0\",\"features\":[\"tx\"]")).Result);
        Assert.Contains("YES", await host.Console.DoAsync("status"), StringComparison.Ordinal);
        await daemon.ScrapeUntilAsync("it shows", metrics => metrics["nichang_remediation_paused"] == 1);
        await host.AgreesAsync(daemon, await operators.PostAsync("/api/v1/devices/veth0/rollback"), ApiHost.Tso, "on");

        Assert.False(
            (await operators.SendAsync(HttpMethod.Delete, "/api/v1/pause")).Json.GetProperty("paused").GetBoolean());
        await daemon.ScrapeUntilAsync("it no longer shows", metrics => metrics["nichang_remediation_paused"] == 0);
        await host.AgreesAsync(
            daemon, await operators.RemediateAsync("\"device\":\"veth0\",\"features\":[\"tx\"]"), ApiHost.TxChecksum,
            "off");
        Assert.Equal(
            ["operator", "operator"],
            host.Journal("paused").Concat(host.Journal("resumed"))
            .Select(entry => entry.GetProperty("actor").GetString()));
    }

    [Fact]
    public async Task IdempotencyKey_HoldsOverARestart()
    {
        using var host = new ApiHost();
        ApiReply first;
        using (var daemon = await host.StartDaemonAsync())
        {
            first = await host.Call(daemon, host.Remediate).RemediateAsync(TurnTsoOff, "ticket-17");
            await daemon.StopAsync();
        }
        using var again = await host.StartDaemonAsync();
        var controller = host.Call(again, host.Remediate);

        var repeated = await controller.RemediateAsync(TurnTsoOff, "ticket-17");

        Assert.Equal(("200 applied", first.Id), (repeated.Result, repeated.Id));
        Assert.Equal(
            "422 key_reused",
            (await controller.RemediateAsync("\"device\":\"veth0\",\"features\":[\"tx\"]", "ticket-17")).Result);
        Assert.Single(host.Journal("intent"));
        Assert.Equal("on", host.Console.Feature(ApiHost.TxChecksum));
        // The key of another credential is another one.
        Assert.Equal(
            "429 cooldown",
            (await host.Call(again, host.Admin)
                .RemediateAsync("\"device\":\"veth0\",\"features\":[\"tx\"]", "ticket-17")).Result);
        Assert.DoesNotContain(
            "ticket-17",
            await File.ReadAllTextAsync(
                System.IO.Path.Combine(host.Console.State, "journal.jsonl"), TestContext.Current.CancellationToken),
                    StringComparison.Ordinal);
    }

    [Fact]
    public async Task IdempotencyKey_OfAnActionThatACrashInterrupted_TellsWhatBecameOfIt()
    {
        using var host = new ApiHost("--no-remediation.reinit");
        const string TurnTsoOffAndBounce = $"{TurnTsoOff},\"recover\":true";
        using (var daemon = await host.StartDaemonAsync())
        {
            var asked = host.Call(daemon, host.Remediate).RemediateAsync(TurnTsoOffAndBounce, "ticket-18");
            await Eventually.HoldsAsync(
                "it has begun", () =>
                    File.Exists(System.IO.Path.Combine(host.Console.State, "journal.jsonl"))
                    && host.Journal("intent").Count > 0, begun => begun);
            await daemon.KillAsync();
            await Assert.ThrowsAnyAsync<HttpRequestException>(() => asked);
        }
        using var again = await host.StartDaemonAsync();
        await again.ScrapeUntilAsync("it is settled", _ => host.Journal("outcome").Count > 0);

        var repeated = await host.Call(again, host.Remediate).RemediateAsync(TurnTsoOffAndBounce, "ticket-18");

        var intent = Assert.Single(host.Journal("intent"));
        Assert.Equal((200, intent.GetProperty("id").GetString()), (repeated.Status, repeated.Id));
        Assert.Equal(
            Assert.Single(host.Journal("outcome")).GetProperty("verdict").GetString(),
            repeated.Json.GetProperty("verdict").GetString());
    }
}
