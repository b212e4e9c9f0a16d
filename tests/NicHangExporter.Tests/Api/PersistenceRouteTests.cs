using NicHangExporter.Options;
using NicHangExporter.Tests.Persistence.Control;
using NicHangExporter.Text;

namespace NicHangExporter.Tests.Api;

/// <summary>The routes that keep settings off at boot.</summary>
public sealed class PersistenceRouteTests : IDisposable
{
    private const string Persist = "/api/v1/devices/eno1/persist";
    private const string Unpersist = "/api/v1/devices/eno1/unpersist";
    private const string Segmentation = """{"profile":"segmentation"}""";

    private readonly ApiHost _api;
    private readonly string _root;

    public PersistenceRouteTests()
    {
        _api = new ApiHost();
        _root = IfupdownRoot.Make(_api.Host.Options.Paths.Rootfs);
    }

    private string File => _root + IfupdownRoot.File;

    public void Dispose() => _api.Dispose();

    [Fact]
    public async Task Persist_WritesTheFile_AndTheListShowsItUntilItIsRemoved()
    {
        var reply = await _api.PostAsync(Persist, Segmentation);

        Assert.Equal(200, reply.Status);
        Assert.True(System.IO.File.Exists(File));
        Assert.Equal(
            ("eno1", "0000:00:1f.6", "ifupdown", "hook", IfupdownRoot.File, true, false),
            ((string?)reply.Json["device"], (string?)reply.Json["bus"], (string?)reply.Json["manager"],
                (string?)reply.Json["way"], (string?)reply.Json["path"], (bool?)reply.Json["changed"],
                (bool?)reply.Json["dryRun"]));
        Assert.Equal(3, reply.Json["settings"]!.AsArray().Count);
        Assert.Null(reply.Json["content"]);
        Assert.NotEmpty(reply.Json["notSurvived"]!.AsArray());

        var list = await _api.GetAsync("/api/v1/persisted");

        var file = Assert.Single(list.Json["files"]!.AsArray())!;
        Assert.Equal(("in_force", "eno1", "segmentation"),
            ((string?)file["state"], (string?)file["device"], (string?)file["profile"]));
        var device = Assert.Single(list.Json["devices"]!.AsArray())!;
        Assert.Equal((true, true), ((bool?)device["persisted"], (bool?)device["matches"]));

        var removed = await _api.PostAsync(Unpersist);

        Assert.Equal(IfupdownRoot.File, (string?)removed.Json["removed"]![0]);
        Assert.False(System.IO.File.Exists(File));
        Assert.Empty((await _api.GetAsync("/api/v1/persisted")).Json["files"]!.AsArray());
        Assert.Empty((await _api.PostAsync(Unpersist)).Json["removed"]!.AsArray());
    }

    [Theory]
    [InlineData(false)]
    [InlineData(true)]
    public async Task Unpersist_SaysThatTheOptionPersistsAgain(bool persist)
    {
        using var api = new ApiHost(options => options with
        {
            Remediation = options.Remediation with { Persist = persist },
        });
        IfupdownRoot.Make(api.Host.Options.Paths.Rootfs);
        await api.PostAsync(Persist, Segmentation);

        var removed = await api.PostAsync(Unpersist);

        Assert.Equal(persist, removed.Json["notes"]!.AsArray().Any(note =>
            ((string)note!).StartsWith("remediation.persist is on: ", StringComparison.Ordinal)));
    }

    [Fact]
    public async Task DryRun_AnswersTheTextAndWritesNothing()
    {
        var before = IfupdownRoot.Snapshot(_root);

        var reply = await _api.PostAsync(Persist, """{"profile":"segmentation","dryRun":true,"via":"hook"}""");

        Assert.Equal((true, false), ((bool?)reply.Json["dryRun"], (bool?)reply.Json["changed"]));
        Assert.StartsWith("#!/bin/sh\n", (string?)reply.Json["content"], StringComparison.Ordinal);
        Assert.Equal(before, IfupdownRoot.Snapshot(_root));
    }

    [Fact]
    public async Task List_HasWhatElseSetsOffloadsOnThisHost()
    {
        await System.IO.File.WriteAllTextAsync(
            Path.Combine(_root, "etc/network/interfaces"),
            "auto eno1\niface eno1 inet manual\n    post-up ethtool -K eno1 tso off\n",
            TestContext.Current.CancellationToken);

        var list = await _api.GetAsync("/api/v1/persisted");

        var finding = Assert.Single(list.Json["devices"]![0]!["findings"]!.AsArray())!;
        Assert.Equal(("/etc/network/interfaces", 3), ((string?)finding["path"], (int?)finding["line"]));
    }

    [Theory]
    [InlineData("""{"profile":"segmentation","x":1}""", 400, "malformed")]
    [InlineData("""{"via":"cron"}""", 400, "malformed")]
    [InlineData("""{"via":1}""", 400, "malformed")]
    [InlineData("""{"profile":""}""", 400, "malformed")]
    [InlineData("""{"profile":"no-such-profile"}""", 422, "not_persistable")]
    [InlineData("{}", 422, "not_persistable")]
    [InlineData("""{"profile":"segmentation","via":"link"}""", 422, "not_persistable")]
    [InlineData("""{"profile":"segmentation","via":"udev"}""", 422, "not_persistable")]
    public async Task BadRequest_IsAProblemAndWritesNothing(string body, int status, string problem)
    {
        var before = IfupdownRoot.Snapshot(_root);

        var reply = await _api.PostAsync(Persist, body);

        Assert.Equal((status, problem), (reply.Status, reply.Problem));
        Assert.DoesNotContain("no-such-profile", reply.Body, StringComparison.Ordinal);
        Assert.Equal(before, IfupdownRoot.Snapshot(_root));
    }

    [Theory]
    [InlineData("eno9", "persist")]
    [InlineData("eno9", "unpersist")]
    [InlineData("0000:00:1f.7", "persist")]
    [InlineData("0000:00:1f.7", "unpersist")]
    [InlineData("all", "persist")]
    [InlineData("all", "unpersist")]
    public async Task UnknownDevice_Is404(string device, string verb) =>
        Assert.Equal("unknown_device", (await _api.PostAsync($"/api/v1/devices/{device}/{verb}")).Problem);

    [Fact]
    public async Task EditedFile_IsAConflictAndStays()
    {
        await _api.PostAsync(Persist, Segmentation);
        await System.IO.File.AppendAllTextAsync(File, "# mine\n", TestContext.Current.CancellationToken);
        var before = IfupdownRoot.Snapshot(_root);

        foreach (var path in new[] { Persist, Unpersist })
        {
            var reply = await _api.PostAsync(path, path == Persist ? """{"profile":"eee"}""" : null);
            Assert.Equal((409, "file_in_the_way"), (reply.Status, reply.Problem));
        }
        Assert.Equal(before, IfupdownRoot.Snapshot(_root));
    }

    [Fact]
    public async Task KillSwitch_StopsThePersistingAndNotTheRemoval()
    {
        await _api.PostAsync(Persist, Segmentation);
        await _api.PostAsync("/api/v1/pause");

        Assert.Equal("paused", (await _api.PostAsync(Persist, """{"profile":"eee"}""")).Problem);
        Assert.Equal(200, (await _api.PostAsync(Persist, """{"profile":"eee","dryRun":true}""")).Status);
        Assert.Equal(200, (await _api.PostAsync(Unpersist)).Status);
    }

    [Fact]
    public async Task DeviceThatMayNotBeChanged_IsNotPersisted()
    {
        using var api = new ApiHost(options => options with
        {
            Remediation = options.Remediation with { Devices = ["eno7"] },
        });
        IfupdownRoot.Make(api.Host.Options.Paths.Rootfs);

        Assert.Equal("not_allowed", (await api.PostAsync(Persist, Segmentation)).Problem);
    }

    [Theory]
    [InlineData("off")]
    [InlineData("observe")]
    public async Task ModeOff_Refuses_AndModeObserveWritesNothing(string mode)
    {
        var inForce = SnakeCase.Parse<RemediationMode>(mode)!.Value;
        using var api = new ApiHost(options => options with
        {
            Remediation = options.Remediation with { Api = inForce },
        });
        var root = IfupdownRoot.Make(api.Host.Options.Paths.Rootfs);
        var before = IfupdownRoot.Snapshot(root);

        var reply = await api.PostAsync(Persist, Segmentation);

        if (inForce == RemediationMode.Off)
            Assert.Equal("mode_off", reply.Problem);
        else
            Assert.True((bool?)reply.Json["dryRun"]);
        Assert.Equal(before, IfupdownRoot.Snapshot(root));
    }
}
