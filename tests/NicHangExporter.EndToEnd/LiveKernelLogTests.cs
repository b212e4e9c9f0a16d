using System.Text.Json;

namespace NicHangExporter.EndToEnd;

/// <summary>
/// The real kernel log, with /dev/kmsg and with syslog(2): rehearsals of a hang, forgeries, and a flood that overruns
/// the ring.
/// </summary>
[Collection(typeof(WholeMachine))]
public sealed class LiveKernelLogTests
{
    [Theory]
    [InlineData(LogSource.Device)]
    [InlineData(LogSource.Syslog)]
    public async Task Rehearsal_WithTheSwitch_CountsAsAHangOfTheRealDevice(LogSource source)
    {
        source.Required();
        var nic = RequiredNic();
        // Skips the hangs of earlier rehearsals that are still in the ring.
        using var directory = new TemporaryDirectory();
        await ReadToEndAsync(directory["state"]);
        using var exporter = await StartAsync(source, "--kmsg.accept-untrusted",
            $"--state.directory={directory["state"]}");
        var before = await exporter.ScrapeAsync();
        Assert.Equal(1, before["nichang_kmsg_accept_untrusted"]);
        Assert.Contains(
            "REHEARSAL", await exporter.LoggedAsync("--kmsg.accept-untrusted is on"), StringComparison.Ordinal);
        Assert.Equal(0, before["nichang_hang_active", Device(nic)]);

        KernelLogDevice.Write(HangOf(nic));

        var after = await exporter.ScrapeUntilAsync("one more live event", metrics =>
            Live(metrics, nic) > Live(before, nic) && metrics["nichang_hang_active", Device(nic)] == 1);
        Assert.Equal(Live(before, nic) + 1, Live(after, nic));
        Assert.Equal(before["nichang_kmsg_untrusted_hangs_total"] + 1, after["nichang_kmsg_untrusted_hangs_total"]);
        // Live, or history that another test wrote into the shared kernel log just before the start.
        Assert.InRange(
            after.Sum("nichang_hang_episodes_total", Device(nic)),
            Math.Max(1, before.Sum("nichang_hang_episodes_total", Device(nic))),
            before.Sum("nichang_hang_episodes_total", Device(nic)) + 1);
        Assert.Equal(
            before.Sum("nichang_hang_events_unattributed_total"), after.Sum("nichang_hang_events_unattributed_total"));
        Assert.Contains($"device={nic}", await exporter.LoggedAsync("Hang episode of"), StringComparison.Ordinal);
    }

    [Theory]
    [InlineData(LogSource.Device)]
    [InlineData(LogSource.Syslog)]
    public async Task Rehearsal_WithoutTheSwitch_IsOnlyCountedAsUntrusted(LogSource source)
    {
        source.Required();
        var nic = RequiredNic();
        using var exporter = await StartAsync(source);
        var before = await exporter.ScrapeAsync();
        Assert.Equal(0, before["nichang_kmsg_accept_untrusted"]);

        KernelLogDevice.Write(HangOf(nic));

        var after = await exporter.ScrapeUntilAsync("an untrusted hang", metrics =>
            metrics["nichang_kmsg_untrusted_hangs_total"] > before["nichang_kmsg_untrusted_hangs_total"]);
        Assert.Equal(before["nichang_kmsg_untrusted_hangs_total"] + 1, after["nichang_kmsg_untrusted_hangs_total"]);
        Assert.Equal(before.Sum("nichang_hang_events_total"), after.Sum("nichang_hang_events_total"));
        Assert.Equal(0, after.Sum("nichang_hang_active"));
        Assert.Contains(
            "not counted as a hang", await exporter.LoggedAsync("hang messages into the kernel log"),
            StringComparison.Ordinal);
    }

    [Theory]
    [InlineData(LogSource.Device)]
    [InlineData(LogSource.Syslog)]
    public async Task Forgeries_OfFacilityAndDictionary_AreNotTakenForTheKernels(LogSource source)
    {
        source.Required();
        var nic = RequiredNic();
        using var exporter = await StartAsync(source);
        var before = await exporter.ScrapeAsync();
        using var log = new KernelLogDevice();
        string[] forgeries = [$"<0>{Text(nic)}", $"<3>\u0001{Text(nic)}", $"<2048>{Text(nic)}",
            $"<3>x\n SUBSYSTEM=virtio\n{Text(nic)}", $"3,1,1,-;{Text(nic)}", $"<3>kernel: {Text(nic)}"];

        foreach (var forgery in forgeries)
            KernelLogDevice.Write(forgery);

        var newest = log.ReadToEnd();
        KernelLogDevice.Write(HangOf(nic));
        Assert.True(log.ReadToEnd() > newest);
        // The last of them is counted as untrusted. By then all of them have been read.
        var after = await exporter.ScrapeUntilAsync("all forgeries are read", metrics =>
            metrics["nichang_kmsg_records_total"] >= before["nichang_kmsg_records_total"] + forgeries.Length + 1);
        Assert.Equal(before.Sum("nichang_hang_events_total"), after.Sum("nichang_hang_events_total"));
        Assert.Equal(
            before.Sum("nichang_hang_events_unattributed_total"), after.Sum("nichang_hang_events_unattributed_total"));
        Assert.Equal(0, after.Sum("nichang_hang_active"));
    }

    [Theory]
    [InlineData(LogSource.Device)]
    [InlineData(LogSource.Syslog)]
    public async Task ProcessName_OfAnUnprivilegedUser_ForgesNoHang(LogSource source)
    {
        source.Required();
        Requires.Program("setpriv");
        Requires.Program("perl");
        Requires.That(
            File.Exists("/proc/sys/debug/exception-trace")
            && File.ReadAllText("/proc/sys/debug/exception-trace").Trim() == "1",
            "needs a kernel that says which process has crashed (debug.exception-trace)");
        using var log = new KernelLogDevice();
        log.ReadToEnd();
        using var network = new NetworkNamespace();
        network.Execute("ip", "link", "set", "lo", "up").Succeeded();
        var command = new ExporterCommand(ExporterCommand.AnyPort, "--collector.virtual", "--kmsg.accept-untrusted");
        using var exporter = await ExporterProcess.StartAsync(
            command with { Network = network, Wrapper = source.Wrapper() });
        var before = await exporter.ScrapeAsync();
        Assert.Equal(1, before["nichang_kmsg_state", ("state", source.State())]);
        string[] names = ["veth0: tx hang\\n", "veth1: tx hang\\n", "veth0: link up\\n", "tg3 veth0: link"];

        // Its name is the first word of what the kernel prints about it, with the kernel's own facility.
        foreach (var name in names)
            Execution.Of(
                "setpriv", "--reuid=65534", "--regid=65534", "--clear-groups", "--inh-caps=-all", "--bounding-set=-all",
                "--no-new-privs",
                "perl", "-e", $"$0 = \"{name}\"; print unpack('p', pack('J', 1));");

        var printed = log.TextsToEnd().Where(text => text.Contains("]: segfault at ", StringComparison.Ordinal))
            .ToArray();
        Requires.That(printed.Length > 0, "needs a kernel that says which process has crashed");
        Assert.Contains(printed, text => text.StartsWith("veth0: tx hang\\x0a[", StringComparison.Ordinal));
        // A later record that counts shows that all of them have been read and judged.
        KernelLogDevice.Write("<3>veth1: transmit timed out, resetting\n");
        var after = await exporter.ScrapeUntilAsync("the report behind the crashes", metrics =>
            Live(metrics, "veth1") > Live(before, "veth1"));
        Assert.Equal(before.Sum("nichang_hang_events_total") + 1, after.Sum("nichang_hang_events_total"));
        Assert.Equal(before.Sum("nichang_driver_resets_total"), after.Sum("nichang_driver_resets_total"));
        Assert.Equal(
            before.Sum("nichang_hang_events_unattributed_total"), after.Sum("nichang_hang_events_unattributed_total"));
        Assert.Equal(0, after["nichang_hang_active", Device("veth0")]);
    }

    [Fact]
    public async Task Flood_ThatOverrunsTheRing_IsReadOrCountedAsLostToTheLastRecord()
    {
        using var log = new KernelLogDevice();
        using var directory = new TemporaryDirectory();
        var position = await ReadToEndAsync(directory["state"]);
        using var exporter = await ExporterProcess.StartAsync($"--state.directory={directory["state"]}");

        exporter.Send(Signal.Stop);
        await Eventually.HoldsAsync("stopped", () => ProcStatus.Of(exporter.Id), status => status.State == 'T');
        for (var i = 0; i < 20_500; i++)
            KernelLogDevice.Write($"<7>nichang flood {i}\n");
        exporter.Send(Signal.Continue);

        // A record that another process writes in between counts on both sides.
        var metrics = await exporter.ScrapeUntilAsync("every record up to the newest is accounted for",
            now => now["nichang_kmsg_records_total"]
            + now["nichang_kmsg_records_lost_total"] == log.ReadToEnd() - position);
        Assert.True(log.Newest - position >= 20_500);
        Assert.True(metrics["nichang_kmsg_records_lost_total"] > 10_000,
            $"lost {metrics["nichang_kmsg_records_lost_total"]}: the ring was not overrun");
        Assert.True(metrics["nichang_kmsg_records_total"] > 0);
        Assert.Equal(0, metrics["nichang_kmsg_records_malformed_total"]);
        Assert.Equal(1, metrics["nichang_kmsg_up"]);
        await exporter.LoggedAsync("records of the kernel log were lost");
    }

    // The usual /dev/kmsg of a container.
    [Fact]
    public async Task Device_ThatIsDevNull_IsNotReadAndSyslogIs()
    {
        LogSource.Syslog.Required();
        var command = new ExporterCommand(ExporterCommand.AnyPort)
        {
            Wrapper = ["unshare", "--mount", "--propagation=private", "sh", "-ec",
                "mount --bind /dev/null /dev/kmsg; exec \"$@\"", "sh"],
        };
        using var exporter = await ExporterProcess.StartAsync(command);

        var metrics = await exporter.ScrapeAsync();
        Assert.Equal(1, metrics["nichang_kmsg_state", ("state", "reading_syslog")]);
        Assert.Contains("No such device", await exporter.LoggedAsync("by syslog(2)"), StringComparison.Ordinal);
        Assert.True(metrics["nichang_kmsg_records_total"] > 0);
    }

    private static async Task<ExporterProcess> StartAsync(LogSource source, params string[] arguments)
    {
        var command = new ExporterCommand([ExporterCommand.AnyPort, .. arguments]) { Wrapper = source.Wrapper() };
        var exporter = await ExporterProcess.StartAsync(command);
        Assert.Equal(1, (await exporter.ScrapeAsync())["nichang_kmsg_state", ("state", source.State())]);
        return exporter;
    }

    [Fact]
    public async Task Flood_ThatOverrunsTheRing_IsAGapForSyslogAndTheWatchGoesOn()
    {
        LogSource.Syslog.Required();
        using var exporter = await StartAsync(LogSource.Syslog);
        var before = await exporter.ScrapeAsync();
        Assert.Equal(0, before["nichang_kmsg_records_lost_total"]);

        exporter.Send(Signal.Stop);
        await Eventually.HoldsAsync("stopped", () => ProcStatus.Of(exporter.Id), status => status.State == 'T');
        for (var i = 0; i < 20_500; i++)
            KernelLogDevice.Write($"<7>nichang flood {i}\n");
        exporter.Send(Signal.Continue);

        var after = await exporter.ScrapeUntilAsync("the gap", metrics =>
            metrics["nichang_kmsg_records_lost_total"] > 0);
        Assert.Equal(1, after["nichang_kmsg_records_lost_total"]);
        Assert.Equal(1, after["nichang_kmsg_up"]);
        Assert.Equal(0, after["nichang_kmsg_records_malformed_total"]);
        await exporter.LoggedAsync("the ring overtook the reader");
        KernelLogDevice.Write("<7>nichang flood is over\n");
        await exporter.ScrapeUntilAsync("what comes after it", metrics =>
            metrics["nichang_kmsg_records_total"] > after["nichang_kmsg_records_total"]);
    }

    // A process that reads the whole ring, saves its position, and ends. The next one counts from that position.
    private static async Task<ulong> ReadToEndAsync(string stateDirectory)
    {
        using var exporter = await ExporterProcess.StartAsync($"--state.directory={stateDirectory}");
        await exporter.StopAsync();
        using var saved = JsonDocument.Parse(await File.ReadAllTextAsync(
            Path.Combine(stateDirectory, "state.json"), TestContext.Current.CancellationToken));
        return saved.RootElement.GetProperty("position").GetUInt64();
    }

    // virtnet_tx_timeout() (drivers/net/virtio_net.c), with the driver and the bus of this machine's NIC.
    private static string Text(string nic)
    {
        var device = Path.Combine("/sys/class/net", nic, "device");
        var bus = Path.GetFileName(new DirectoryInfo(device).ResolveLinkTarget(returnFinalTarget: true)!.FullName);
        return $"virtio_net {bus} {nic}: TX timeout on queue: 0, sq: output.0, vq: 0x1, name: output.0, 5664000 usecs "
            + $"ago";
    }

    private static string HangOf(string nic) => $"<3>{Text(nic)}\n";

    private static string RequiredNic()
    {
        Requires.Root();
        Requires.File("/dev/kmsg");
        Requires.That(
            !File.Exists("/proc/sys/kernel/printk_devkmsg")
            || File.ReadAllText("/proc/sys/kernel/printk_devkmsg").Trim() != "off", "needs printk.devkmsg to be on");
        var nic = Directory.EnumerateDirectories("/sys/class/net")
            .Where(device => Directory.Exists(Path.Combine(device, "device")))
            .Select(Path.GetFileName).Order(StringComparer.Ordinal).FirstOrDefault();
        Requires.That(nic is not null, "needs a network device with hardware behind it");
        return nic!;
    }

    private static (string, string) Device(string nic) => ("device", nic);

    private static double Live(Scrape metrics, string nic) =>
        metrics["nichang_hang_events_total", Device(nic), ("source", "driver"), ("origin", "live")];
}
