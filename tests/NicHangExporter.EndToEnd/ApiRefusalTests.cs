namespace NicHangExporter.EndToEnd;

/// <summary>The API over real HTTP: requests that are refused, and change nothing.</summary>
public sealed class ApiRefusalTests
{
    private const string Path = "/api/v1/remediations";
    private const string TurnTsoOff = "\"device\":\"veth0\",\"features\":[\"tso\"]";

    [Fact]
    public async Task WhatIsNotARequest_IsRefusedBeforeTheRemediator()
    {
        using var host = new ApiHost();
        using var daemon = await host.StartDaemonAsync();
        var operators = host.Call(daemon, host.Admin);

        Assert.Equal("400 malformed", (await operators.RemediateAsync("\"device\":\"veth0\",\"dryrun\":true")).Result);
        Assert.Equal("400 malformed", (await operators.RemediateAsync("\"device\":\"\"")).Result);
        Assert.Equal(
            "400 malformed", (await operators.RemediateAsync("\"device\":\"veth0\",\"device\":\"veth0\"")).Result);
        Assert.Equal("400 malformed", (await operators.PostAsync(Path, "null")).Result);
        Assert.Equal("401 unauthenticated", (await host.Call(daemon, null).RemediateAsync(TurnTsoOff)).Result);
        Assert.Equal(
            "401 unauthenticated", (await host.Call(daemon, ApiHost.NewToken()).RemediateAsync(TurnTsoOff)).Result);
        Assert.Equal("403 scope", (await host.Call(daemon, host.Read).RemediateAsync(TurnTsoOff)).Result);
        Assert.Equal(
            "403 cross_site",
            (await operators.PostAsync(Path, $"{{{TurnTsoOff}}}", ("Origin", "https://elsewhere.example"))).Result);
        Assert.Equal("404 unknown_device", (await operators.RemediateAsync("\"device\":\"veth9\"")).Result);
        Assert.Equal("404 unknown_device", (await operators.RemediateAsync("\"device\":\"all\"")).Result);
        Assert.Equal("404 not_found", (await operators.GetAsync("/api/v1/nowhere")).Result);
        var put = await operators.SendAsync(HttpMethod.Put, Path, "{}");
        Assert.Equal(
            ("405 method_not_allowed", "POST, GET, HEAD"), (put.Result, string.Join(", ", put.ContentHeaders.Allow)));
        Assert.Equal(
            "413 too_large",
            (await operators.RemediateAsync($"{TurnTsoOff},\"reason\":\"{new string('x', 20_000)}\"")).Result);
        Assert.Equal(
            "415 not_json",
            (await operators.PostAsync(Path, $"{{{TurnTsoOff}}}", ("Content-Type", "text/plain"))).Result);
        Assert.Equal(200, (await host.Call(daemon, host.Read).SendAsync(HttpMethod.Head, "/api/v1/devices")).Status);

        Assert.Empty(host.Journal("intent"));
        Assert.Empty(host.Journal("outcome"));
        Assert.Equal("on", host.Console.Feature(ApiHost.Tso));
        var metrics = await daemon.ScrapeAsync();
        Assert.Equal(1, metrics["nichang_api_requests_total", ("route", Path), ("status", "413")]);
        Assert.Equal(2, metrics["nichang_api_requests_total", ("route", Path), ("status", "401")]);
        Assert.Equal(1, metrics["nichang_api_authentication_failures_total", ("reason", "unknown")]);
    }

    [Fact]
    public async Task WhatMayNotOrCantBeChanged_IsSaidAndLeftAlone()
    {
        // Everything about lo is fixed, so it may be named without harm.
        using var host = new ApiHost("--remediation.devices=lo");
        using var daemon = await host.StartDaemonAsync();
        var controller = host.Call(daemon, host.Remediate);

        Assert.Equal(
            "403 not_allowed", (await controller.RemediateAsync("\"device\":\"veth1\",\"features\":[\"tso\"]")).Result);
        Assert.Equal(
            "403 not_allowed", (await controller.RemediateAsync("\"device\":\"veth1\",\"recover\":true")).Result);
        Assert.Equal("422 no_profile", (await controller.RemediateAsync("\"device\":\"veth0\"")).Result);
        Assert.Equal(
            "422 nothing_changeable",
            (await controller.RemediateAsync("\"device\":\"lo\",\"features\":[\"rx\"]")).Result);
        Assert.Equal(
            "422 unknown_setting",
            (await controller.RemediateAsync("\"device\":\"veth0\",\"features\":[\"warp-drive\"]")).Result);

        Assert.Empty(host.Journal("intent"));
        var metrics = await daemon.ScrapeUntilAsync("all are counted", metrics =>
            metrics.Sum("nichang_remediation_declined_total", ("trigger", "api")) == 5);
        Assert.Equal(2, metrics["nichang_remediation_declined_total", ("trigger", "api"), ("reason", "not_allowed")]);
    }

    [Fact]
    public async Task MissingCapability_Is409AndNamesIt()
    {
        Requires.Program("setpriv");
        using var host = new ApiHost();
        var command = host.Console.Command([ExporterCommand.AnyPort, "--collector.virtual", .. host.TokenFlags]);
        using var daemon =
            await ExporterProcess.StartAsync(command with { Wrapper = ["setpriv", "--bounding-set=-net_admin"] });

        var refused = await host.Call(daemon, host.Remediate).RemediateAsync(TurnTsoOff);

        Assert.Equal("409 incapable", refused.Result);
        Assert.Contains("CAP_NET_ADMIN", refused.Sentence, StringComparison.Ordinal);
        Assert.Equal("on", host.Console.Feature(ApiHost.Tso));
    }

    // Another process holds the journal, so that this one can't write down what it is about to do.
    [Fact]
    public async Task JournalThatCantBeWritten_Is503AndNothingIsDone()
    {
        using var host = new ApiHost();
        using var holder = await host.StartDaemonAsync();
        using var daemon = await host.StartDaemonAsync();
        var operators = host.Call(daemon, host.Admin);

        Assert.Equal("503 journal_unavailable", (await operators.RemediateAsync(TurnTsoOff)).Result);
        Assert.Equal("200 dry_run", (await operators.RemediateAsync($"{TurnTsoOff},\"dryRun\":true")).Result);

        Assert.Equal("on", host.Console.Feature(ApiHost.Tso));
        Assert.Equal(0, (await daemon.ScrapeAsync())["nichang_journal_writable"]);
    }

    [Fact]
    public async Task RequestWhoseBodyComesWhileTheProgramEnds_Is503()
    {
        using var host = new ApiHost();
        using var daemon = await host.StartDaemonAsync();
        using var late = await RawRequest.BeginAsync(daemon,
            $"POST {Path} HTTP/1.1\r\nHost: localhost\r\nAuthorization: Bearer {host.Admin}\r\nContent-Type: "
            + $"application/json\r\nContent-Length: 40\r\nExpect: 100-continue\r\n\r\n");
        // The server asks for the body only when a handler reads it. By then the request has passed every check except
        // those of its content.
        Assert.StartsWith("HTTP/1.1 100 ", await late.ReadLineAsync(), StringComparison.Ordinal);
        Assert.Equal("", await late.ReadLineAsync());
        var answer = late.ReadToEndAsync();

        daemon.Send(Signal.Terminate);
        await Eventually.HoldsAsync(
            "nobody listens any more", () => RawRequest.IsRefusedAsync(daemon), refused => refused);
        await late.WriteAsync($"{{{TurnTsoOff}}}".PadRight(40));

        Assert.Contains("shutting_down", await answer, StringComparison.Ordinal);
        Assert.Equal(0, await daemon.WaitForExitAsync(Eventually.Limit));
        Assert.Equal("on", host.Console.Feature(ApiHost.Tso));
        Assert.Empty(host.Journal("intent"));
    }

    [Fact]
    public async Task WithoutACredential_ThereIsNoApi()
    {
        using var host = new ConsoleHost { Options = { "--remediation.api=enforce" } };
        using var daemon = await host.StartDaemonAsync();
        using var stranger = new ApiCaller(daemon, ApiHost.NewToken());

        foreach (var (method, path) in new[]
        {
            ("GET", "/api/v1/devices"), ("HEAD", "/api/v1/devices"), ("GET", "/api/v1/remediations"),
                ("POST", "/api/v1/remediations"), ("POST", "/api/v1/devices/veth0/rollback"),
            ("POST", "/api/v1/quarantine/veth0/clear"), ("POST", "/api/v1/pause"), ("DELETE", "/api/v1/pause"),
            ("GET", "/api/v1/episodes"), ("POST", "/api/v1/alertmanager"), ("OPTIONS", "/api/v1/pause"),
            ("GET", "/api/"),
        })
        {
            var reply = await stranger.SendAsync(new HttpMethod(method), path, method == "POST" ? $"{{{TurnTsoOff}}}"
                : null);
            Assert.Equal((404, "text/plain"), (reply.Status, reply.ContentHeaders.ContentType!.MediaType));
            Assert.Empty(reply.Headers.WwwAuthenticate);
        }

        var metrics = await daemon.ScrapeAsync();
        Assert.Empty(metrics.Of("nichang_api_requests_total"));
        Assert.Equal(1, metrics["nichang_journal_writable"]);
        Assert.Equal("on", host.Feature(ApiHost.Tso));
        Assert.Contains("answered at", await host.DoAsync("status"), StringComparison.Ordinal);
    }
}
