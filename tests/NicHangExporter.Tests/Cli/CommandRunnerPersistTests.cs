using System.Text.Json;
using NicHangExporter.Api;
using NicHangExporter.Cli;
using NicHangExporter.Persistence;
using NicHangExporter.Remediation.Policy;

namespace NicHangExporter.Tests.Cli;

/// <summary>persist, persist --show and unpersist: who does it, and the exit codes.</summary>
public sealed class CommandRunnerPersistTests : CommandRunnerFixture
{
    private static readonly ConsoleCall Persist =
        new(ConsoleVerb.Persist, Json: false) { Device = "eno1", Persistence = new PersistRequest() };

    private static readonly ConsoleCall Unpersist = new(ConsoleVerb.Unpersist, Json: false) { Device = "eno1" };
    private static readonly ConsoleCall ShowAll = new(ConsoleVerb.ShowPersisted, Json: false);

    [Fact]
    public async Task WithADaemon_ItIsDoneByIt()
    {
        _daemon.Always(200, JsonSerializer.Serialize(
            new PersistResponse(
                "eno1", "0000:00:1f.6", NetworkManagerKind.Networkd, PersistenceWay.Link, "/etc/x", ["eee"])
            {
                Changed = true,
            },
            ApiJson.Answers.PersistResponse)).Start();

        Assert.Equal(0, await RunAsync(Persist));

        Assert.Empty(_directories);
        Assert.StartsWith("eno1: persisted\n  file       /etc/x\n", _output.ToString(), StringComparison.Ordinal);
        Assert.Empty(_error.ToString());
    }

    [Fact]
    public async Task WithoutADaemon_ItIsDoneHere()
    {
        Assert.Equal(0, await RunAsync(Persist));
        Assert.Equal(0, await RunAsync(Unpersist));
        Assert.Equal(0, await RunAsync(ShowAll));

        Assert.Equal(["persist eno1", "unpersist eno1", "persisted"], _offline.Calls);
    }

    [Fact]
    public async Task Json_IsOneLine()
    {
        await RunAsync(ShowAll with { Json = true });

        Assert.Equal("{\"files\":[],\"devices\":[]}\n", _output.ToString());
    }

    [Fact]
    public async Task Problem_IsItsDetailAndExitCode1()
    {
        _offline.Persisted = new ProblemResponse(
            ApiProblem.TypePrefix + "not_written", "The file can't be written", 503, "The disk is full.");

        Assert.Equal(1, await RunAsync(Persist));

        Assert.Empty(_output.ToString());
        Assert.Equal("The disk is full.\n", _error.ToString());
    }

    [Fact]
    public async Task UnknownDevice_IsNamed()
    {
        var unknown = HttpStatusMapping.OfReason[DeclineReason.UnknownDevice];
        var problem = new ProblemResponse(
            ApiProblem.TypePrefix + unknown.Name, unknown.Title, unknown.Status, unknown.Detail);
        (_offline.Persisted, _offline.Unpersisted) = (problem, problem);

        Assert.Equal(1, await RunAsync(Persist));
        Assert.Equal(1, await RunAsync(Unpersist));

        var line = "there is no device eno1, or it can't be read\n";
        Assert.Equal(line + line, _error.ToString());
    }
}
