using NicHangExporter.Hosting;
using NicHangExporter.Linux;
using NicHangExporter.Options;

namespace NicHangExporter.Tests.Api;

/// <summary>The problems of the route that changes devices.</summary>
public sealed class RemediationRouteRefusalTests : RemediationRouteFixture
{
    [Fact]
    public async Task MissingCapability_Is409AndNamesIt()
    {
        Restart(options =>
        {
            File.WriteAllText(
                System.IO.Path.Combine(options.Paths.Procfs, "self/status"),
                "Name:\tnic-hang-exporter\nCapEff:\t0000000000000000\n");
            return options;
        });

        var reply = await _api.PostAsync(Path, """{"device":"eno1"}""");

        Assert.Equal((409, "incapable"), (reply.Status, reply.Problem));
        Assert.Contains("CAP_NET_ADMIN", reply.Detail, StringComparison.Ordinal);
    }

    [Theory]
    [InlineData("eno9")]
    [InlineData("0000:99:00.0")]
    [InlineData("../../etc")]
    [InlineData("$(id)")]
    public async Task UnknownDevice_Is404AndNotRepeated(string device)
    {
        var reply = await _api.PostAsync(Path, $$"""{"device":"{{device}}"}""");

        Assert.Equal((404, "unknown_device"), (reply.Status, reply.Problem));
        Assert.DoesNotContain(device, reply.Body, StringComparison.Ordinal);
        // A name goes to the remediator, which knows devices that have left.
        var isName = InterfaceName.TryParse(device, out _);
        Assert.Equal(isName ? 1 : 0, _api.Submitted);
        Assert.Equal(isName, reply.Json["id"] is not null);
    }

    [Fact]
    public async Task DeviceThatIsNotAllowed_Is403()
    {
        Restart(options => options with { Remediation = options.Remediation with { Devices = ["eno1"] } });
        _api.Host.AddNic("eno2", "pci0000:00/0000:02:00.0");

        Assert.Equal((403, "not_allowed"), await RefusalAsync(_api.PostAsync(Path, """{"device":"eno2"}""")));
    }

    [Fact]
    public async Task ModeOff_Is403()
    {
        Restart(options => options with { Remediation = options.Remediation with { Api = RemediationMode.Off } });

        Assert.Equal((403, "mode_off"), await RefusalAsync(_api.PostAsync(Path, """{"device":"eno1"}""")));
    }

    [Theory]
    [InlineData("""{"device":"eno1","profile":"CANARY"}""", "unknown_setting")]
    [InlineData("""{"device":"eno1","features":["tso","CANARY"]}""", "unknown_setting")]
    [InlineData("""{"device":"eno1","features":["highdma"]}""", "nothing_changeable")]
    public async Task WhatCantBeChanged_Is422(string body, string problem)
    {
        var reply = await _api.PostAsync(Path, body);

        Assert.Equal((422, problem), (reply.Status, reply.Problem));
        Assert.DoesNotContain("CANARY", reply.Body, StringComparison.Ordinal);
        Assert.Empty(_api.Nic.Operations);
    }

    [Fact]
    public async Task CoolDown_Is429AndSaysWhenToRetry()
    {
        await _api.PostAsync(Path, """{"device":"eno1","features":["tso"]}""");

        var reply = await _api.PostAsync(Path, """{"device":"eno1","features":["gso"]}""");

        Assert.Equal((429, "cooldown"), (reply.Status, reply.Problem));
        Assert.InRange(
            int.Parse(reply.Headers.RetryAfter!, System.Globalization.CultureInfo.InvariantCulture), 500, 600);
        // The answer to a dry run says what a request would be answered now.
        var dry = await _api.PostAsync(Path, """{"device":"eno1","features":["gso"],"dryRun":true}""");
        Assert.Equal((200, "cooldown"), (dry.Status, dry.Json["declined"]!.GetValue<string>()));
    }

    [Fact]
    public async Task KillSwitch_Is409()
    {
        File.WriteAllText(_api.Host.Options.Remediation.DisableFile, "");

        Assert.Equal((409, "paused"), await RefusalAsync(_api.PostAsync(Path, """{"device":"eno1"}""")));
    }

    [Fact]
    public async Task JournalThatCantBeWritten_Is503AndNothingIsDone()
    {
        Restart(options => options with { Paths = options.Paths with { StateDirectory = null } });

        Assert.Equal((503, "journal_unavailable"), await RefusalAsync(_api.PostAsync(Path, """{"device":"eno1"}""")));
        Assert.Empty(_api.Nic.Operations);
    }

    [Fact]
    public async Task DriverWithoutALadder_Is422UnlessItIsSaidWhatToTurnOff()
    {
        var host = new FixtureHost(options =>
        {
            options = Remediation.LocalLoop.Enforcing(options);
            return options
                with
            { Remediation = options.Remediation with { Api = RemediationMode.Enforce, Devices = ["eno1"] } };
        });
        host.AddSimulatedNic(driver: "strange");
        _api.Dispose();
        _api = new ApiHost(host: host);

        Assert.Equal((422, "no_profile"), await RefusalAsync(_api.PostAsync(Path, """{"device":"eno1"}""")));
        var dry = await _api.PostAsync(Path, """{"device":"eno1","features":["tso"],"dryRun":true}""");
        Assert.Equal("dry_run", dry.Verdict);
    }

    [Fact]
    public async Task StoppedRemediator_Is503()
    {
        await _api.Host.Remediator.StopAsync(TimeSpan.Zero);

        Assert.Equal((503, "shutting_down"), await RefusalAsync(_api.PostAsync(Path, """{"device":"eno1"}""")));
    }

    [Fact]
    public async Task SeveralDevicesAtOneAddress_AreNamed()
    {
        _api.Host.AddNic("ens1p0", "pci0000:00/0000:01:00.0");
        _api.Host.AddNic("ens1p1", "pci0000:00/0000:01:00.0");

        var reply = await _api.PostAsync(Path, """{"device":"0000:01:00.0"}""");

        Assert.Equal(400, reply.Status);
        Assert.Contains("ens1p0, ens1p1", reply.Detail, StringComparison.Ordinal);
    }

    [Fact]
    public async Task UnexpectedError_Is500AndSaidInTheLogOnly()
    {
        _api.Fault = new InvalidOperationException("CANARY");

        var reply = await _api.PostAsync(Path, """{"device":"eno1"}""");

        Assert.Equal((500, "unexpected"), (reply.Status, reply.Problem));
        Assert.DoesNotContain("CANARY", reply.Body, StringComparison.Ordinal);
        Assert.Single(_api.Host.Log.Entries, entry => entry.Event == EventIds.ApiFailed);
        Assert.Equal(
            1, await _api.Host.ValueAsync("nichang_api_requests_total{route=\"/api/v1/remediations\",status=\"500\"}"));
    }

    [Fact]
    public async Task DiskThatCantBeRead_Is503()
    {
        var journal = System.IO.Path.Combine(_api.Host.Options.Paths.StateDirectory!, "journal.jsonl");
        File.Delete(journal);
        Directory.CreateDirectory(journal);

        Assert.Equal((503, "unreadable"), await RefusalAsync(_api.GetAsync(Path)));
    }
}
