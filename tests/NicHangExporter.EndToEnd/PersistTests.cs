using System.Text.Json.Nodes;

namespace NicHangExporter.EndToEnd;

/// <summary>persist, unpersist and persist --show by root, without a daemon, on a host in a directory.</summary>
public sealed class PersistTests : IDisposable
{
    private readonly PersistHost _host = new();

    public void Dispose() => _host.Dispose();

    [Fact]
    public async Task Settings_ArePlannedPersistedShownAndRemoved()
    {
        var before = _host.Tree;

        var plan = await _host.DoAsync("persist", "eno1", "--profile", "segmentation", "--dry-run");
        Assert.StartsWith("eno1: dry run, nothing was written\n", plan, StringComparison.Ordinal);
        Assert.Contains("    # nic-hang-exporter persist 0000:00:1f.6 sha256:", plan, StringComparison.Ordinal);
        Assert.Equal(before, _host.Tree);
        Assert.Empty(Directory.EnumerateFileSystemEntries(_host.State));

        var done = await _host.DoAsync("persist", "eno1", "--profile", "segmentation");
        Assert.StartsWith($"eno1: persisted\n  file       {PersistHost.File}\n", done, StringComparison.Ordinal);
        Assert.Contains("undo       nic-hang-exporter unpersist eno1\n", done, StringComparison.Ordinal);
        Assert.True(_host.IsPersisted);
        Assert.StartsWith("eno1: is persisted already",
            await _host.DoAsync("persist", "0000:00:1f.6", "--profile", "segmentation"), StringComparison.Ordinal);

        var shown = await _host.DoAsync("persist", "--show");
        Assert.Contains("eno1    0000:00:1f.6  ifupdown  yes        -\n", shown, StringComparison.Ordinal);
        Assert.Contains($"\n{PersistHost.File}\n  device     eno1\n  state      in force\n", shown,
            StringComparison.Ordinal);
        Assert.Contains("  not kept   ", shown, StringComparison.Ordinal);

        Assert.StartsWith($"eno1: no longer persisted\n  removed    {PersistHost.File}\n",
            await _host.DoAsync("unpersist", "eno1"), StringComparison.Ordinal);
        Assert.Equal(before, _host.Tree);
        Assert.StartsWith("eno1: nothing is persisted", await _host.DoAsync("unpersist", "eno1"),
            StringComparison.Ordinal);
    }

    [Fact]
    public async Task Json_IsTheBodyOfTheApiOnOneLine()
    {
        var answer = JsonNode.Parse(
            await _host.DoAsync("persist", "eno1", "--profile=segmentation", "--via=hook", "--format=json"))!;
        Assert.Equal(("hook", "ifupdown", true),
            ((string?)answer["way"], (string?)answer["manager"], (bool?)answer["changed"]));

        var list = await _host.DoAsync("persist", "--show", "--format=json");
        Assert.Equal(list.Length - 1, list.IndexOf('\n', StringComparison.Ordinal));
        Assert.Equal("in_force", (string?)JsonNode.Parse(list)!["files"]![0]!["state"]);

        Assert.Equal(PersistHost.File,
            (string?)JsonNode.Parse(await _host.DoAsync("unpersist", "eno1", "--format=json"))!["removed"]![0]);
    }

    [Fact]
    public async Task Show_NamesWhatElseSetsOffloads()
    {
        _host.Write("/etc/network/interfaces",
            "auto eno1\niface eno1 inet manual\n    post-up ethtool -K eno1 tso off\n");
        _host.Write("/etc/systemd/system/disable-nic-offload-eno1.service", "[Service]\n");

        var shown = await _host.DoAsync("persist", "--show");

        Assert.Contains("/etc/network/interfaces:3\n", shown, StringComparison.Ordinal);
        Assert.Contains("/etc/systemd/system/disable-nic-offload-eno1.service\n", shown, StringComparison.Ordinal);
    }

    [Fact]
    public async Task WithoutProfile_IsWhatARemediationDecided()
    {
        Assert.Contains("nothing was decided for eno1: give a profile (",
            await PersistHost.RefusedAsync(_host.Command("persist", "eno1")), StringComparison.Ordinal);
        await _host.DoAsync("remediate", "eno1", "--features", "gso");
        Assert.False(_host.IsPersisted);

        Assert.Contains("  keeps off  tx-generic-segmentation\n", await _host.DoAsync("persist", "eno1"),
            StringComparison.Ordinal);
        Assert.Contains("  yes        covered\n", await _host.DoAsync("persist", "--show"), StringComparison.Ordinal);
    }

    [Fact]
    public async Task OptionPersist_OfACommand_PersistsAfterItAndRemovesAfterTheRollback()
    {
        var before = _host.Tree;
        await _host.DoAsync("remediate", "eno1", "--features", "gso", "--remediation.persist");
        Assert.True(_host.IsPersisted);

        await _host.DoAsync("rollback", "eno1", "--remediation.persist");
        Assert.Equal(before, _host.Tree);
    }

    [Fact]
    public async Task ReadOnlyEtc_IsOneLineAndNothingHalfWritten()
    {
        Requires.Program("unshare");
        var before = _host.Tree;
        var etc = _host.Root + "/etc";

        var line = await PersistHost.RefusedAsync(
            _host.Command("persist", "eno1", "--profile", "segmentation") with
            {
                Wrapper =
                [
                    "unshare", "--mount", "sh", "-c",
                    $"mount --bind {etc} {etc} && mount -o remount,ro,bind {etc} && exec \"$@\"", "sh",
                ],
            });

        Assert.Contains(PersistHost.File, line, StringComparison.Ordinal);
        Assert.Contains("read-only", line, StringComparison.OrdinalIgnoreCase);
        Assert.Equal(before, _host.Tree);
    }

    [Fact]
    public async Task ForeignFile_IsOneLineAndStays()
    {
        _host.Write(PersistHost.File, "#!/bin/sh\n");
        var before = _host.Tree;

        Assert.Contains(PersistHost.File,
            await PersistHost.RefusedAsync(_host.Command("persist", "eno1", "--profile", "segmentation")),
            StringComparison.Ordinal);
        Assert.Equal(before, _host.Tree);
    }

    [Theory]
    [InlineData("there is no device eno9, or it can't be read", "eno9", "--profile=eee")]
    [InlineData("there is no such profile: write one of ", "eno1", "--profile=fast")]
    [InlineData("link does not apply", "eno1", "--profile=segmentation", "--via=link")]
    public async Task RequestThatDoesNotFitThisHost_IsOneLine(string part, params string[] arguments) =>
        Assert.Contains(part, await PersistHost.RefusedAsync(_host.Command(["persist", .. arguments])),
            StringComparison.Ordinal);

    [Theory]
    [InlineData("persist: name a DEVICE", "persist")]
    [InlineData("lists all devices", "persist", "--show", "eno1")]
    [InlineData("'cron' is no way", "persist", "eno1", "--via", "cron")]
    [InlineData("DEVICE is missing", "unpersist")]
    public async Task Mistake_IsOneLineAndExitCode2(string part, params string[] arguments)
    {
        var run = await _host.Command(arguments).RunAsync();

        Assert.Equal(2, run.ExitCode);
        Assert.Contains(part, Assert.Single(run.Error.TrimEnd('\n').Split('\n')), StringComparison.Ordinal);
    }

    [Fact]
    public async Task Helper_WithoutAConnection_IsOneLine()
    {
        var run = await _host.Command("persist-helper").RunAsync();

        Assert.Equal(1, run.ExitCode);
        Assert.Contains("standard input is no connection", Assert.Single(run.Error.TrimEnd('\n').Split('\n')),
            StringComparison.Ordinal);
    }
}
