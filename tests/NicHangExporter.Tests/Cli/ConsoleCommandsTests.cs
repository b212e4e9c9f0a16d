using System.Text.Json;
using System.Text.Json.Serialization;
using NicHangExporter.Cli;

namespace NicHangExporter.Tests.Cli;

public sealed class ConsoleCommandsTests
{
    private static readonly JsonSerializerOptions Short = new(JsonSerializerDefaults.Web)
    {
        DefaultIgnoreCondition = JsonIgnoreCondition.WhenWritingDefault,
        Encoder = System.Text.Encodings.Web.JavaScriptEncoder.UnsafeRelaxedJsonEscaping,
    };

    public static TheoryData<string[], string> Sound => new()
    {
        { ["status"], "Status" },
        { ["status", "--format", "json"], "Status json" },
        { ["devices"], "Devices" },
        { ["episodes"], "Episodes" },
        { ["healthcheck"], "Health" },
        { ["episodes", "20260724-031109-eno1", "--format=json"], "Episodes json 20260724-031109-eno1" },
        { ["pause"], "Pause" },
        { ["resume"], "Resume" },
        { ["quarantine", "clear", "eno1"], "ClearQuarantine eno1" },
        { ["rollback", "0000:00:1f.6"], "Rollback 0000:00:1f.6 {}" },
        { ["rollback", "eno1", "--dry-run", "--reason", "a b"], "Rollback eno1 {\"dryRun\":true,\"reason\":\"a b\"}" },
        { ["persist", "eno1"], "Persist eno1 {}" },
        { ["persist", "0000:00:1f.6", "--profile=eee", "--via", "hook", "--dry-run", "--format=json"],
            "Persist json 0000:00:1f.6 {\"profile\":\"eee\",\"via\":2,\"dryRun\":true}" },
        { ["persist", "--dry-run", "--", "-rf"], "Persist -rf {\"dryRun\":true}" },
        { ["persist", "--show"], "ShowPersisted" },
        { ["persist", "--show", "--format", "json"], "ShowPersisted json" },
        { ["unpersist", "eno1"], "Unpersist eno1" },
        { ["remediate", "eno1"], "Remediate eno1 {\"device\":\"eno1\"}" },
        { ["remediate", "--recover", "--profile=classic", "eno1"],
            "Remediate eno1 {\"device\":\"eno1\",\"profile\":\"classic\",\"recover\":true}" },
        { ["remediate", "eno1", "--features", "tso,gso", "--features=tx, tso"],
            "Remediate eno1 {\"device\":\"eno1\",\"features\":[\"tso\",\"gso\",\"tx\"]}" },
        { ["remediate", "--", "-rf"], "Remediate -rf {\"device\":\"-rf\"}" },
        { ["remediate", "--dry-run", "--", "--dry-run"],
            "Remediate --dry-run {\"device\":\"--dry-run\",\"dryRun\":true}" },
        { ["remediate", "$(id)"], "Remediate $(id) {\"device\":\"$(id)\"}" },
        { ["remediate", @"a\x1bb"], "Remediate a\\x1bb {\"device\":\"a\\\\x1bb\"}" },
        { ["--state.directory=/s", "status"], "Status state=/s" },
        { ["status", "--state.directory=/s", "--config.file=/c", "--no-collector.eee"],
            "Status state=/s eee=false config=/c" },
        { ["remediate", "eno1", "--remediation.verify-window=5s"], "Remediate eno1 {\"device\":\"eno1\"} verify=5s" },
    };

    [Theory]
    [MemberData(nameof(Sound))]
    public void CommandLine_ThatIsSound_IsRead(string[] arguments, string expected)
    {
        var (call, settings, errors) = Read(arguments);

        Assert.Empty(errors);
        Assert.Equal(expected, string.Join(' ', new[]
        {
            call!.Verb.ToString(),
            call.Json ? "json" : null,
            call.Device.Length > 0 ? call.Device : null,
            call.Remediation is { } remediation ? JsonSerializer.Serialize(remediation, Short) : null,
            call.Rollback is { } rollback ? JsonSerializer.Serialize(rollback, Short) : null,
            call.Persistence is { } persistence ? JsonSerializer.Serialize(persistence, Short) : null,
            call.Episode,
        }.Concat(settings).OfType<string>()));
    }

    [Theory]
    [InlineData("DEVICE is missing", "remediate")]
    [InlineData("DEVICE is missing", "rollback", "--dry-run")]
    [InlineData("DEVICE is missing", "quarantine", "clear")]
    [InlineData("persist: name a DEVICE, as in eno1 or 0000:00:1f.6, or write persist --show", "persist")]
    [InlineData("persist: name a DEVICE", "persist", "--dry-run")]
    [InlineData("persist --show lists all devices", "persist", "--show", "eno1")]
    [InlineData("persist --show lists all devices", "persist", "--show", "--dry-run")]
    [InlineData("--via: 'cron' is no way: write link, udev or hook", "persist", "eno1", "--via=cron")]
    [InlineData("--via: 'Link' is no way", "persist", "eno1", "--via", "Link")]
    [InlineData("--profile: the name is empty", "persist", "eno1", "--profile", "")]
    [InlineData("'../eno1' is neither", "persist", "../eno1")]
    [InlineData("unknown flag --dryrun; did you mean '--dry-run'?", "persist", "--dryrun")]
    [InlineData("unexpected argument 'eno2'", "persist", "eno1", "eno2")]
    [InlineData("DEVICE is missing", "unpersist")]
    [InlineData("write quarantine clear DEVICE", "quarantine")]
    [InlineData("unexpected argument 'eno1'", "quarantine", "eno1")]
    [InlineData("'' is neither a device name nor a bus address", "remediate", "")]
    [InlineData("'.' is neither", "remediate", ".")]
    [InlineData("'a b' is neither", "remediate", "a b")]
    [InlineData("'../eno1' is neither", "remediate", "../eno1")]
    [InlineData("'a-name-that-is-16-long-and-more-than-48-bytes-so-no-bus-address' is neither", "remediate",
        "a-name-that-is-16-long-and-more-than-48-bytes-so-no-bus-address")]
    [InlineData("unexpected argument 'eno2'", "remediate", "eno1", "eno2")]
    [InlineData("unknown flag --dryrun; did you mean '--dry-run'?", "remediate", "--dryrun")]
    [InlineData("unknown flag --dryrun; did you mean '--dry-run'?", "remediate", "eno1", "--dryrun")]
    [InlineData("unknown flag -rf", "remediate", "-rf")]
    [InlineData("unknown flag --stat.directory=/x; did you mean '--state.directory'?", "status", "--stat.directory=/x")]
    [InlineData("unknown flag --recover", "rollback", "eno1", "--recover")]
    [InlineData("--profile and --features exclude each other", "remediate", "eno1", "--profile=p", "--features=tso")]
    [InlineData("--profile: the name is empty", "remediate", "eno1", "--profile", "")]
    [InlineData("a name in the list is empty", "remediate", "eno1", "--features=tso,,gso")]
    [InlineData("a name in the list is empty", "remediate", "eno1", "--features", "")]
    [InlineData("--features", "remediate", "eno1", "--features")]
    [InlineData("--reason: write 1 to 1024 characters", "remediate", "eno1", "--reason", "")]
    [InlineData("--format: 'xml' is no format", "status", "--format=xml")]
    [InlineData("--format", "status", "--format")]
    [InlineData("unexpected value 'false'", "remediate", "eno1", "--dry-run=false")]
    [InlineData("unknown flag -x", "episodes", "-x")]
    [InlineData("unexpected argument 'eno1'", "pause", "eno1")]
    [InlineData("unexpected argument 'remedate'; did you mean 'remediate'?", "remedate")]
    public void CommandLine_WithAMistake_SaysWhatIsWrong(string expected, params string[] arguments)
    {
        var (call, _, errors) = Read(arguments);

        Assert.Null(call);
        Assert.Contains(errors, error => error.Contains(expected, StringComparison.Ordinal));
    }

    [Fact]
    public void CommandLine_AnOptionBeforeAndBehindTheCommand_IsGivenTwice()
    {
        var (_, settings, _) = Read("--state.directory=/a", "status", "--state.directory=/b");

        Assert.Equal(["state=/a,/b"], settings);
    }

    private static (ConsoleCall? Call, List<string> Settings, List<string> Errors) Read(params string[] arguments)
    {
        var commandLine = new CommandLine();
        var result = commandLine.Parse(arguments);
        var errors = commandLine.Errors(result);
        var call = commandLine.Console(result, errors);
        var settings = commandLine.Settings(result, errors)
            .Select(setting => $"{ShortName(setting.Name)}={string.Join(',', setting.Values)}").ToList();
        return (errors.Count == 0 ? call : null, settings, errors);
    }

    // remediation.verify-window is verify, and state.directory is state.
    private static string ShortName(string option)
    {
        var words = option.Split('.', '-');
        return words[words[0] is "remediation" or "collector" ? 1 : 0];
    }
}
