using System.Globalization;
using System.Runtime.InteropServices;
using NicHangExporter.Control;
using NicHangExporter.Detection;
using NicHangExporter.Linux;
using NicHangExporter.Linux.Sysfs;
using NicHangExporter.Logging;
using NicHangExporter.Metrics;
using NicHangExporter.Options;
using NicHangExporter.Remediation;
using Serilog.Extensions.Logging;

namespace NicHangExporter.Hosting;

/// <summary>
/// The rooms without a server, for one request: the composition root of the console's commands where no daemon runs. Same door, same journal, same
/// lock; what is left out is every reason to act but the request.
/// </summary>
internal static class OfflineHost
{
    /// <summary>How long a device is watched before it is changed: longer than the five seconds between two reports of the most patient driver.</summary>
    private static readonly TimeSpan WatchTime = TimeSpan.FromSeconds(6);

    private static readonly TimeSpan LookInterval = TimeSpan.FromMilliseconds(100);

    private static readonly TimeSpan HistoryPatience = TimeSpan.FromSeconds(5);

    private static readonly TimeSpan StopPatience = TimeSpan.FromSeconds(10);

    /// <summary>Does what is asked, and ends everything that it has begun. For a status it only reads.</summary>
    public static async Task<ControlAnswer> ActAsync(ExporterOptions options, ControlRequest request, Action<string> say)
    {
        // The local loop and drift must not act within these few seconds. A status shows the configured modes.
        if (request.Command != ControlCommand.Status)
            options = options with { Remediation = options.Remediation with { Local = RemediationMode.Off, Webhook = RemediationMode.Off, Api = RemediationMode.Off } };
        var metrics = new ExporterMetrics();
        using var log = LoggingSetup.Create(options, TimeProvider.System, () => metrics.LogDropped.Inc());
        var services = new ServiceCollection();
        services.AddLogging(logging => logging.SetMinimumLevel(LogLevel.Trace).AddProvider(new SerilogLoggerProvider(log)));
        services.AddExporter(options, TimeProvider.System, metrics);
        await using var rooms = services.BuildServiceProvider();
        if (request.Command == ControlCommand.Status)
            return ReadStatus(rooms);
        return Take(rooms.GetRequiredService<StateDirectory>(), request) ?? await ActAsync(rooms, options, request, say);
    }

    private static ControlAnswer ReadStatus(ServiceProvider rooms)
    {
        // What was let go of is not taken again: the journal is read and nothing in it settled, not even the lock is touched.
        var directory = rooms.GetRequiredService<StateDirectory>();
        directory.Dispose();
        return new ControlAnswer { Status = rooms.GetRequiredService<Remediator>().ReadStatus() with { JournalWritable = directory.Path is { } path && StateDirectory.FaultOf(path) is null } };
    }

    // What is not recorded is not done, so without a directory only a dry run makes sense; the door says so of what would change a device.
    private static ControlAnswer? Take(StateDirectory directory, ControlRequest request)
    {
        if (directory.Path is not { } path)
            return request.Command is ControlCommand.Remediate or ControlCommand.Rollback
                ? null
                : ControlAnswer.Refuse("no daemon runs, and without --state.directory nothing would remember this command");
        if (directory.TryTake())
            return null;
        return ControlAnswer.Refuse($"{path} can't be taken, and no daemon answers at its socket: another process holds it, or it is not writable ({directory.Failure}). Nothing was done.");
    }

    private static async Task<ControlAnswer> ActAsync(ServiceProvider rooms, ExporterOptions options, ControlRequest request, Action<string> say)
    {
        var clock = TimeProvider.System;
        var remediator = rooms.GetRequiredService<Remediator>();
        var monitor = rooms.GetRequiredService<HangMonitor>();
        var poller = rooms.GetRequiredService<EthtoolPoller>();
        // A session that came over the very device is hung up by the change. The change is brought to its end, and undone where it did harm.
        using var hangUp = Ignore(PosixSignal.SIGHUP);
        using var interrupt = Ignore(PosixSignal.SIGINT);
        using var terminate = Ignore(PosixSignal.SIGTERM);
        using var quit = Ignore(PosixSignal.SIGQUIT);
        using var stop = Ignore(PosixSignal.SIGTSTP);
        rooms.GetRequiredService<RemediationWorker>().Start();
        remediator.Start();
        // Who undoes need not know whether it hangs, and who may not read the kernel log can't.
        var watches = request.Command == ControlCommand.Remediate && Environment.IsPrivilegedProcess;
        if (watches)
        {
            monitor.Start();
            poller.Start();
            await Task.WhenAny(monitor.Ready, Task.Delay(HistoryPatience, clock));
        }
        try
        {
            await Task.WhenAny(remediator.Ready, Task.Delay(options.Remediation.Deadline, clock));
            if (!remediator.Ready.IsCompleted)
                return ControlAnswer.Refuse("a command to the kernel does not return (something holds RTNL), so nothing can be changed now; if that lasts, only a reboot helps");
            var door = ControlDoor.Of(remediator) with { Watch = device => watches ? WatchAsync(rooms, device, clock, say) : Task.CompletedTask };
            return await new ControlDesk(door, rooms.GetRequiredService<NetClass>()).AnswerAsync(request, Actor(), CancellationToken.None);
        }
        finally
        {
            poller.Stop();
            await remediator.StopAsync(StopPatience);
            if (watches)
                await monitor.StopAsync(CancellationToken.None);
        }

        PosixSignalRegistration Ignore(PosixSignal signal) => PosixSignalRegistration.Create(signal, context =>
        {
            context.Cancel = true;
            say("a change that has begun is brought to its end; then this ends");
        });
    }

    // Until it is reported as hung, or sends something, or neither for long enough.
    private static async Task WatchAsync(ServiceProvider rooms, InterfaceName name, TimeProvider clock, Action<string> say)
    {
        var evidence = rooms.GetRequiredService<HangSignals>();
        using var device = rooms.GetRequiredService<NetClass>().Open(name);
        if (device is null)
            return;
        say(string.Create(CultureInfo.InvariantCulture, $"{name}: looking whether it hangs, for up to {WatchTime.TotalSeconds} s ..."));
        var before = Sent();
        for (var began = clock.GetTimestamp(); clock.GetElapsedTime(began) < WatchTime;)
        {
            if (evidence.Of(name, device.BusAddress).Reports > 0 || Sent() != before)
                return;
            await Task.Delay(LookInterval, clock);
        }

        ulong Sent() => device.TryReadUInt64("statistics/tx_packets\0"u8, out var packets) == Errno.None ? packets : 0;
    }

    // /proc/self/status tells whom we act as; the name service may be on the network.
    private static string Actor()
    {
        if (Environment.IsPrivilegedProcess)
            return UserNames.Of(0);
        foreach (var line in File.ReadLines("/proc/self/status"))
            if (line.StartsWith("Uid:", StringComparison.Ordinal) && line.Split((char[])['\t', ' '], StringSplitOptions.RemoveEmptyEntries) is [_, _, var effective, ..]
                && uint.TryParse(effective, CultureInfo.InvariantCulture, out var uid))
                return UserNames.Of(uid);
        return "unknown user";
    }
}
