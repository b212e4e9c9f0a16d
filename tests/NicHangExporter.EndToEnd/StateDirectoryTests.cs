namespace NicHangExporter.EndToEnd;

/// <summary>
/// A state directory that can't be used: the exporter overwrites nothing in it, reports it in one line, and works.
/// </summary>
public sealed class StateDirectoryTests : IDisposable
{
    private readonly FakeHost _host = new();

    public StateDirectoryTests()
    {
        _host.AddDevice(KernelSays.Device);
        _host.Log(KernelSays.HardwareUnitHang, KernelSays.Dictionary);
    }

    private string StateFile => Path.Combine(_host.State, "state.json");

    public void Dispose() => _host.Dispose();

    [Theory]
    [InlineData("")]
    [InlineData("{\"version\": 1, \"devi")]
    [InlineData("\0\u0001ELF\ufffd\ufffd")]
    [InlineData("null")]
    [InlineData("[]")]
    [InlineData("{}")]
    [InlineData("{\"version\": 2, \"devices\": []}")]
    [InlineData("{\"version\": 1, \"devices\": null}")]
    [InlineData("{\"version\": 1, \"devices\": 5}")]
    [InlineData("{\"version\": 1, \"devices\": [null]}")]
    [InlineData("{\"version\": 1, \"devices\": [{\"device\": null}]}")]
    [InlineData("{\"version\": 1, \"devices\": [], \"unattributed\": [null]}")]
    [InlineData("{\"version\": 1, \"devices\": [], \"unattributed\": [{\"driver\": null, \"origin\": \"live\", "
        + "\"count\": 1}]}")]
    [InlineData("{\"version\": 1, \"devices\": [], \"unattributed\": [{\"driver\": \"e1000e\", \"origin\": \"live\", "
        + "\"count\": -1}]}")]
    [InlineData("{\"version\": 1, \"devices\": [{\"device\": \"eth0\", \"events\": {\"driver/live\": -1}}]}")]
    [InlineData("{\"version\": 1, \"devices\": [{\"device\": \"eth0\", \"outageSeconds\": -1}]}")]
    [InlineData("{\"version\": 1, \"devices\": [{\"device\": \"eth0\", "
        + "\"episode\": {\"start\": \"-1.00:00:00\", \"last\": \"00:00:00\"}}]}")]
    [InlineData("{\"version\": 1, \"devices\": [{\"device\": \"eth0\", "
        + "\"episode\": {\"start\": \"00:00:00\", \"last\": \"10000000.00:00:00\"}}]}")]
    [InlineData("{\"version\": 1, \"position\": -1, \"devices\": []}")]
    public async Task StateFile_ThatCannotBeUsed_IsSetAsideWholeAndCountingStartsAgain(string content)
    {
        Directory.CreateDirectory(_host.State);
        await File.WriteAllTextAsync(StateFile, content, TestContext.Current.CancellationToken);
        using var exporter = await StartAsync();

        await AssertCounts(exporter);

        var complaint = Assert.Single(Complaints(exporter));
        var aside = Assert.Single(Directory.GetFiles(_host.State, "state.json.corrupt-*"));
        Assert.Contains(aside, complaint, StringComparison.Ordinal);
        Assert.Equal(content, await File.ReadAllTextAsync(aside, TestContext.Current.CancellationToken));
        await AssertRemembers(exporter);
    }

    [Fact]
    public async Task Directory_InPlaceOfTheStateFile_IsSetAsideToo()
    {
        Directory.CreateDirectory(StateFile);
        await File.WriteAllTextAsync(Path.Combine(StateFile, "precious"), "x", TestContext.Current.CancellationToken);
        using var exporter = await StartAsync();

        await AssertCounts(exporter);

        Assert.Single(Complaints(exporter));
        Assert.True(File.Exists(
            Path.Combine(Assert.Single(Directory.GetDirectories(_host.State, "state.json.corrupt-*")), "precious")));
        await AssertRemembers(exporter);
    }

    [Fact]
    public async Task State_WithMissingAndUnknownMembers_IsStillUsed()
    {
        Directory.CreateDirectory(_host.State);
        await File.WriteAllTextAsync(StateFile,
            $$"""
            {"version": 1, "later": {}, "devices": [{"device": "{{KernelSays.Device}}", "bus": "0000:00:1f.6",
            "events": {"driver/live": 41, "radar/live": 1}, "resets": null, "colour": 1}], "unattributed": null}
            """,
            TestContext.Current.CancellationToken);
        using var exporter = await StartAsync();

        var metrics = await exporter.ScrapeAsync();

        Assert.Equal(
            41, metrics["nichang_hang_events_total", ("device", KernelSays.Device), ("source", "driver"),
                ("origin", "live")]);
        Assert.Empty(Complaints(exporter));
    }

    [Fact]
    public async Task SecondInstance_OnTheSameDirectory_ForgetsAndSaysSo()
    {
        using var first = await StartAsync();
        await AssertCounts(first);
        using var second = await StartAsync();

        await AssertCounts(second, stateUp: 0);

        Assert.Contains(_host.State, Assert.Single(Complaints(second)), StringComparison.Ordinal);
        Assert.Empty(Complaints(first));
        Assert.Equal(1, (await first.ScrapeAsync())["nichang_state_up"]);
    }

    [Fact]
    public async Task FileInPlaceOfTheDirectory_IsSaidOnce()
    {
        await File.WriteAllTextAsync(_host.State, "x", TestContext.Current.CancellationToken);
        using var exporter = await StartAsync();

        await AssertCounts(exporter, stateUp: 0);

        Assert.Contains(_host.State, Assert.Single(Complaints(exporter)), StringComparison.Ordinal);
        Assert.Equal("x", await File.ReadAllTextAsync(_host.State, TestContext.Current.CancellationToken));
    }

    [Fact]
    public async Task DirectoryThatCannotBeMade_IsSaidOnce()
    {
        using var exporter =
            await ExporterProcess.StartAsync([.. _host.Paths, "--state.directory=/proc/nichang/state"]);

        await AssertCounts(exporter, stateUp: 0);

        Assert.Single(Complaints(exporter));
    }

    [Fact]
    public async Task ReadOnlyDirectory_IsSaidOnce()
    {
        Requires.Root();
        Requires.Program("unshare");
        Directory.CreateDirectory(_host.State);
        using var exporter = await StartAsync("mount --bind \"$0\" \"$0\" && mount -o remount,bind,ro \"$0\"");

        await AssertCounts(exporter, stateUp: 0);

        Assert.Single(Complaints(exporter));
    }

    [Fact]
    public async Task FullDisk_WhileRunning_IsSaidOnceAndTheCountsGoOn()
    {
        Requires.Root();
        Requires.Program("unshare");
        Directory.CreateDirectory(_host.State);
        // Space for the lock, an empty file, and no more.
        using var exporter =
            await StartAsync(
                "mount -t tmpfs -o size=4k,nr_inodes=8,mode=0700 none \"$0\" && head -c 4096 /dev/zero >\"$0/filler\"");

        var metrics =
            await exporter.ScrapeUntilAsync("a write failed", now => now["nichang_state_write_failures_total"] >= 1);

        Assert.Equal(0, metrics["nichang_state_up"]);
        await AssertCounts(exporter, stateUp: 0);
        Assert.Single(Complaints(exporter));
    }

    [Theory]
    [InlineData("mkdir -p $0/lib", "/lib/nic/exporter", "does not exist")]
    [InlineData("touch $0/file", "/file", "is a regular file")]
    [InlineData("touch $0/file", "/file/state", "is a regular file")]
    [InlineData("mkdir -m 0777 $0/open", "/open", "can be written by others")]
    [InlineData("mkdir -m 0700 $0/foreign; chown 65534 $0/foreign", "/foreign", "belongs to user 65534")]
    [InlineData("mkdir -m 0700 $0/fifo; mkfifo $0/fifo/lock", "/fifo", "is a FIFO")]
    [InlineData("mkdir -m 0700 $0/disk; mount -t tmpfs -o ro,mode=0700 none $0/disk", "/disk", "Read-only file system")]
    public async Task Enforce_OverADirectoryThatCannotBeUsed_IsRefusedAtTheStart(
        string prepare, string path, string reason)
    {
        Requires.Root();
        Requires.Program("unshare");
        using var directory = new TemporaryDirectory();
        var root = directory["root"];
        Directory.CreateDirectory(root);
        foreach (var check in new[] { Array.Empty<string>(), ["--config.check"] })
        {
            var run = await new ExporterCommand([
                ExporterCommand.AnyPort, .. _host.Paths, $"--state.directory={root}{path}",
                "--remediation.local=enforce", .. check])
            {
                Wrapper = ["unshare", "--mount", "sh", "-c", $"rm -rf \"$0\"/*; {prepare}; exec \"$@\"", root],
            }.RunAsync();

            Assert.Equal(2, run.ExitCode);
            Assert.Empty(run.Output);
            var line = Assert.Single(run.Error.TrimEnd('\n').Split('\n'));
            Assert.StartsWith("nic-hang-exporter: state.directory", line, StringComparison.Ordinal);
            Assert.Contains(root + path.Split('/', 3)[1].Insert(0, "/"), line, StringComparison.Ordinal);
            Assert.Contains(reason, line, StringComparison.Ordinal);
        }
    }

    [Fact]
    public async Task Enforce_OverADirectoryOfTheKernel_IsRefusedByStartAndCheckInOneLine()
    {
        Requires.Root();
        string[] command = [ExporterCommand.AnyPort, .. _host.Paths, "--state.directory=/proc/nichang-state",
            "--remediation.local=enforce"];
        var start = await new ExporterCommand(command).RunAsync();
        var check = await new ExporterCommand([.. command, "--config.check"]).RunAsync();

        Assert.Equal((2, 2), (start.ExitCode, check.ExitCode));
        Assert.Contains(
            "/proc/nichang-state is on proc", Assert.Single(start.Error.TrimEnd('\n').Split('\n')),
            StringComparison.Ordinal);
        Assert.Equal((start.Output, start.Error), (check.Output, check.Error));
    }

    [Fact]
    public async Task Check_OfADirectoryThatCannotBeUsed_WarnsWhereNothingIsToBeChanged()
    {
        var run = await new ExporterCommand([.. _host.Paths, "--state.directory=/nowhere/state", "--config.check"])
            .RunAsync();

        Assert.Equal(0, run.ExitCode);
        Assert.Contains(
            "/nowhere does not exist", Assert.Single(run.Error.TrimEnd('\n').Split('\n')), StringComparison.Ordinal);
    }

    [Theory]
    [InlineData("state.json")]
    [InlineData("state.json.new")]
    [InlineData("journal.jsonl")]
    [InlineData("journal.jsonl.new")]
    [InlineData("journal.jsonl.1")]
    [InlineData("decisions.json")]
    [InlineData("alerts.json")]
    [InlineData("alerts.json.new")]
    [InlineData("lock")]
    [InlineData("episodes")]
    public async Task Fifo_InPlaceOfAFile_HoldsNothingUp(string file)
    {
        Requires.Program("mkfifo");
        Directory.CreateDirectory(_host.State);
        Execution.Of("mkfifo", Path.Combine(_host.State, file)).Succeeded();
        using var exporter = await ExporterProcess.StartAsync([
            .. _host.Paths, $"--state.directory={_host.State}", "--alerting.alertmanagers=http://127.0.0.1:1"]);

        await AssertCounts(exporter, stateUp: file == "lock" ? 0 : 1);

        await exporter.StopAsync();
    }

    private Task<ExporterProcess> StartAsync() =>
        ExporterProcess.StartAsync([.. _host.Paths, $"--state.directory={_host.State}"]);

    // In its own mount namespace, prepared by a shell command in which $0 is the state directory.
    private Task<ExporterProcess> StartAsync(string prepare) => ExporterProcess.StartAsync(
        new ExporterCommand([ExporterCommand.AnyPort, .. _host.Paths, $"--state.directory={_host.State}"])
        {
            Wrapper = ["unshare", "--mount", "sh", "-c", prepare + " && exec \"$@\"", _host.State],
        });

    // All warnings except those about the hangs of these tests, and one each of journal and bundles, which use the same
    // directory and report it themselves. A state file without a journal means that the journal was lost.
    private static List<string> Complaints(ExporterProcess exporter)
    {
        var complaints = exporter.Complaints.Where(line => !line.Contains("Hang episode of", StringComparison.Ordinal))
            .ToList();
        foreach (var other in new[] { "event_id=3014", "event_id=3051", "event_id=3081" })
            Assert.InRange(complaints.RemoveAll(line => line.Contains(other, StringComparison.Ordinal)), 0, 1);
        return complaints;
    }

    // Records from before the start are history, later ones are live.
    private async Task AssertCounts(ExporterProcess exporter, double stateUp = 1)
    {
        var before = await exporter.ScrapeAsync();
        Assert.Equal(1, before["nichang_kmsg_up"]);
        Assert.Equal(0, before["nichang_monitor_failures_total"]);
        Assert.Equal(stateUp, before["nichang_state_up"]);
        var events = before.Sum("nichang_hang_events_total");
        Assert.True(events >= 1, "the history was not read");

        _host.Log(KernelSays.HardwareUnitHang, KernelSays.Dictionary);

        var after = await exporter.ScrapeUntilAsync("a live event", metrics =>
            metrics.Sum("nichang_hang_events_total") > events);
        Assert.Equal(events + 1, after.Sum("nichang_hang_events_total"));
    }

    // From here on the directory works normally.
    private async Task AssertRemembers(ExporterProcess exporter)
    {
        var events = (await exporter.ScrapeAsync()).Sum("nichang_hang_events_total", ("origin", "live"));
        await exporter.StopAsync();
        using var next = await StartAsync();
        Assert.Equal(events, (await next.ScrapeAsync()).Sum("nichang_hang_events_total", ("origin", "live")));
        Assert.Empty(Complaints(next));
    }
}
