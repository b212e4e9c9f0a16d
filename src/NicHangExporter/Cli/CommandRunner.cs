using System.Text.Json;
using NicHangExporter.Control;
using NicHangExporter.Linux;
using NicHangExporter.Linux.Sysfs;
using NicHangExporter.Options;
using NicHangExporter.Remediation;
using NicHangExporter.Remediation.Evidence;

namespace NicHangExporter.Cli;

/// <summary>Acts without a daemon: through the same door, with the same journal, under the same lock. For a status it only reads.</summary>
/// <param name="options">The options; without a state directory there is no journal, which is enough for a dry run.</param>
/// <param name="request">What is asked for.</param>
/// <param name="say">Tells whoever waits what is going on.</param>
internal delegate Task<ControlAnswer> ActAlone(ExporterOptions options, ControlRequest request, Action<string> say);

/// <summary>
/// Carries out a command of the console: by the running daemon where there is one, else in this process. Answers go to the output; what keeps
/// one from coming, to the error output.
/// </summary>
internal sealed class CommandRunner(ExporterOptions options, ActAlone alone, TimeProvider clock, TextWriter output, TextWriter error)
{
    /// <summary>Done, or nothing to do.</summary>
    public const int Success = 0;

    /// <summary>Declined, failed, not healed, or nobody could be asked.</summary>
    public const int Failure = 1;

    /// <summary>The configuration can't be used for what is asked.</summary>
    public const int Mistake = 2;

    /// <summary>The state directory where none is configured but this one is there: whoever is in trouble does not remember the flags of the service.</summary>
    public const string UsualDirectory = "/var/lib/nic-hang-exporter";

    private readonly ConsoleWriter _page = new(output);
    private readonly ConsoleWriter _errors = new(error);

    /// <summary>Carries out a command.</summary>
    /// <returns>The exit code.</returns>
    public async Task<int> RunAsync(ConsoleCall call)
    {
        if (options.Paths.StateDirectory is null && Directory.Exists(UsualDirectory))
            options = options with { Paths = options.Paths with { StateDirectory = UsualDirectory } };
        return call.Verb switch
        {
            ConsoleVerb.Change => await ChangeAsync(call),
            ConsoleVerb.Episodes => ShowEpisodes(call),
            ConsoleVerb.Health => await CheckHealthAsync(),
            _ => await ShowAsync(call),
        };
    }

    private async Task<int> ChangeAsync(ConsoleCall call)
    {
        var request = call.Request;
        if (request is { Command: ControlCommand.Remediate or ControlCommand.Rollback, DryRun: false } && IsPresent(request.Device))
            Say($"{request.Device}: working; a change is verified for up to {PrometheusDuration.Format(options.Remediation.VerifyWindow)} ...");
        var reply = await AskAsync(request);
        switch (reply.Reach)
        {
            case ControlReach.Answered:
                return Show(call, reply.Answer!);
            case ControlReach.Silent:
                return Fail($"a daemon holds {options.Paths.StateDirectory}, but it can't be asked: {reply.Reason}. Nothing was done by this command; if the daemon had the request already, its journal tells. Restart it, or stop it and ask again.");
            case ControlReach.NotPermitted when !request.DryRun:
                return Fail($"permission denied at {ControlPath.In(options.Paths.StateDirectory!)}: only root and the daemon's user may ask it");
            case ControlReach.NotPermitted:
                GoWithoutHistory();
                break;
        }
        return Show(call, await alone(options, request, Say));
    }

    private async Task<int> CheckHealthAsync()
    {
        if (options.Web.ListenAddresses.FirstOrDefault(address => address.Port != 0) is not { } address)
        {
            _errors.Line("healthcheck: --web.listen-address has port 0, for which the kernel chooses a port: write the port, as in :19642");
            return Mistake;
        }
        var (isHealthy, line) = await new HealthCheck(address, options.Web.ConfigFile is not null, clock).RunAsync();
        (isHealthy ? _page : _errors).Line(ConsoleWriter.Clean(line));
        return isHealthy ? Success : Failure;
    }

    // A device that is not there is refused at once. The daemon is asked all the same: it knows devices that have left.
    private bool IsPresent(string? device)
    {
        var devices = new NetClass(options.Paths.Sysfs);
        try
        {
            if (InterfaceName.TryParse(device, out var name))
                using (var open = devices.Open(name))
                    if (open is not null)
                        return true;
            return BusAddress.TryParse(device, out var address) && devices.FindByBusAddress(address).Count > 0;
        }
        catch (LinuxException)
        {
            // It can't be known here, and the answer says what is wrong.
            return true;
        }
    }

    private async Task<int> ShowAsync(ConsoleCall call)
    {
        var reply = await AskAsync(call.Request);
        if (reply.Reach == ControlReach.Answered)
            return Show(call, reply.Answer!, $"runs; answered at {ControlPath.In(options.Paths.StateDirectory!)}", isWatched: true);
        // Whatever is wrong with the daemon, what its journal says is better than nothing.
        var journal = $"this is what the journal in {options.Paths.StateDirectory} tells";
        var daemon = reply.Reach switch
        {
            ControlReach.Silent => $"not asked, because {reply.Reason}; {journal}",
            ControlReach.NotPermitted => "not asked: permission denied",
            _ => options.Paths.StateDirectory is null ? "not asked: no state directory is known" : $"not asked, for none runs; {journal}",
        };
        if (reply.Reach == ControlReach.Silent)
            Say($"a daemon holds {options.Paths.StateDirectory}, but it can't be asked: {reply.Reason}");
        else if (reply.Reach == ControlReach.NotPermitted)
            GoWithoutHistory();
        var code = Show(call, await alone(options, call.Request, Say), daemon);
        return reply.Reach == ControlReach.NobodyThere ? code : Failure;
    }

    // From the files, daemon or not: they are whole at any time, and there is more in them than an answer has room for.
    private int ShowEpisodes(ConsoleCall call)
    {
        if (options.Paths.StateDirectory is not { } directory)
            return Fail($"no state directory is known: give --state.directory, as in {UsualDirectory}");
        try
        {
            // Without this, a directory that we may not search would look like one without episodes.
            _ = Directory.EnumerateFileSystemEntries(directory).Any();
            if (call.Episode is { } id)
                return EpisodeFiles.Read(directory, id) is { } episode ? Show(call, episode, directory) : Fail($"there is no episode '{id}' in {directory} that can be read; episodes lists them all");
            IReadOnlyList<EpisodeJsonRow> rows = [.. EpisodeFiles.List(directory).Select(EpisodeJsonRow.Of)];
            if (call.Json)
                _page.Line(JsonSerializer.Serialize(rows, ConsoleJson.Default.IReadOnlyListEpisodeJsonRow));
            else
                EpisodesText.Write(_page, rows);
            return Success;
        }
        catch (Exception exception) when (exception is IOException or UnauthorizedAccessException)
        {
            return Fail(exception.Message.Split('\n')[0]);
        }
    }

    private int Show(ConsoleCall call, EpisodeBundle episode, string directory)
    {
        if (call.Json)
            _page.Line(JsonSerializer.Serialize(episode, ConsoleJson.Default.EpisodeBundle));
        else
            EpisodesText.Write(_page, episode, Path.Combine(directory, "episodes", episode.Id + ".json"));
        return Success;
    }

    private void GoWithoutHistory()
    {
        Say($"permission denied at {ControlPath.In(options.Paths.StateDirectory!)}: only root and the daemon's user may ask the daemon. What was done before is not known here");
        options = options with { Paths = options.Paths with { StateDirectory = null } };
    }

    private Task<ControlReply> AskAsync(ControlRequest request) => options.Paths.StateDirectory is { } directory
        ? ControlClient.AskAsync(ControlPath.In(directory), request, clock, CancellationToken.None)
        : Task.FromResult(new ControlReply(ControlReach.NobodyThere));

    private int Show(ConsoleCall call, ControlAnswer answer, string daemon = "", bool isWatched = false)
    {
        switch (answer)
        {
            case { Error: { } reason }:
                return Fail(reason);
            case { Outcome: { } outcome }:
                if (call.Json)
                    _page.Line(JsonSerializer.Serialize(outcome, ConsoleJson.Default.RemediationOutcome));
                else
                    OutcomeText.Write(_page, outcome, answer.Joined == true, call.Request.Command == ControlCommand.Rollback);
                return RemediationSuccess.Of(outcome.Verdict, outcome.Declined) ? Success : Failure;
            case { Status: { } status } when call.Verb == ConsoleVerb.Devices:
                if (call.Json)
                    _page.Line(JsonSerializer.Serialize(status.Devices, ConsoleJson.Default.ImmutableArrayDeviceStatus));
                else
                    DevicesText.Write(_page, status, isWatched);
                return Success;
            case { Status: { } status }:
                if (call.Json)
                    _page.Line(Json(status, isWatched));
                else
                    StatusText.Write(_page, status, daemon, isWatched, hasHistory: options.Paths.StateDirectory is not null);
                return Success;
            case { Done: { } done }:
                if (call.Json)
                    _page.Line(JsonSerializer.Serialize(new DoneJson(done) { Paused = answer.Paused, PausedBy = answer.PausedBy }, ConsoleJson.Default.DoneJson));
                else
                    _page.Paragraph("", done);
                // Who has resumed and still sees it paused has not reached what he wanted.
                return call.Request.Command == ControlCommand.Resume && answer.Paused == true ? Failure : Success;
            default:
                return Fail("the daemon answered something that this version does not understand; restart the daemon");
        }
    }

    // A program that reads it must know as well whose modes and privilege these are.
    private static string Json(RemediationStatus status, bool isDaemons)
    {
        var json = JsonSerializer.Serialize(status, ConsoleJson.Default.RemediationStatus);
        return $"{json[..^1]},\"daemonAnswered\":{(isDaemons ? "true" : "false")}}}";
    }

    private int Fail(string reason)
    {
        Say(reason);
        return Failure;
    }

    private void Say(string sentence)
    {
        try
        {
            _errors.Paragraph("", sentence);
        }
        catch (IOException)
        {
            // The terminal has gone, as it does when the session came over the very device. What is under way goes on.
        }
    }
}
