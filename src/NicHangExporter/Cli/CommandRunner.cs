using NicHangExporter.Api;
using NicHangExporter.Linux;
using NicHangExporter.Linux.Sysfs;
using NicHangExporter.Options;
using NicHangExporter.Remediation.Evidence;
using NicHangExporter.Text;
using NicHangExporter.Web;

namespace NicHangExporter.Cli;

/// <summary>Makes the API of this process, for a host without a daemon.</summary>
/// <param name="directory">The state directory; without one there is no journal, which is enough for a dry run.</param>
/// <param name="say">Writes a sentence about the progress to the terminal.</param>
internal delegate IRemediationApi OfflineApiFactory(string? directory, Action<string> say);

/// <summary>
/// Carries out a command of the console: the running daemon does it, or this process if no daemon runs. Answers go to
/// the output. Reasons for the lack of an answer go to the error output.
/// </summary>
internal sealed class CommandRunner(
    ExporterOptions options, OfflineApiFactory offline, TimeProvider clock, TextWriter output, TextWriter error)
{
    /// <summary>Done, or nothing to do.</summary>
    public const int Success = 0;

    /// <summary>Declined, failed, not healed, or not answered.</summary>
    public const int Failure = 1;

    /// <summary>The configuration can't be used for the command.</summary>
    public const int Mistake = 2;

    /// <summary>
    /// The state directory if none is configured and this one exists: in an outage nobody remembers the flags of the
    /// service.
    /// </summary>
    public const string UsualDirectory = "/var/lib/nic-hang-exporter";

    private readonly ConsoleWriter _page = new(output);
    private readonly ConsoleWriter _errors = new(error);
    private readonly string? _directory = options.Paths.StateDirectory
        ?? (Directory.Exists(UsualDirectory) ? UsualDirectory : null);

    /// <summary>Carries out a command.</summary>
    /// <returns>The exit code.</returns>
    public Task<int> RunAsync(ConsoleCall call) => call.Verb switch
    {
        ConsoleVerb.Status or ConsoleVerb.Devices => ShowAsync(call),
        ConsoleVerb.Episodes => Task.FromResult(ShowEpisodes(call)),
        ConsoleVerb.Health => CheckHealthAsync(),
        _ => ChangeAsync(call),
    };

    private async Task<int> ChangeAsync(ConsoleCall call)
    {
        if (call is { Verb: ConsoleVerb.Remediate or ConsoleVerb.Rollback, IsDryRun: false } && IsPresent(call.Device))
            Say($"{call.Device}: working; a change is verified for up to "
                + $"{PrometheusDuration.Format(options.Remediation.VerifyWindow)} ...");
        var directory = _directory;
        try
        {
            if (directory is not null)
                using (var daemon = Connect(directory))
                    return await ChangeAsync(call, daemon);
        }
        catch (DaemonException exception) when (exception.Failure == DaemonFailure.NotRunning)
        {
            // This process does it, below.
        }
        catch (DaemonException exception) when (exception.Failure == DaemonFailure.PermissionDenied)
        {
            if (!call.IsDryRun)
                return Fail($"permission denied at {LocalApiServer.PathIn(directory!)}: "
                    + "only root and the daemon's user may ask it");
            SayWithoutHistory();
            directory = null;
        }
        catch (DaemonException exception)
        {
            return Fail($"a daemon holds {directory}, but it can't be asked: {exception.Message}. "
                + "Nothing was done by this command; if the daemon had the request already, its journal tells. "
                + "Restart it, or stop it and ask again.");
        }
        return await ChangeAsync(call, offline(directory, Say));
    }

    private async Task<int> ChangeAsync(ConsoleCall call, IRemediationApi api)
    {
        var answers = new AnswerWriter(_page, call.Json);
        return call.Verb switch
        {
            ConsoleVerb.Remediate => Report(await api.RemediateAsync(call.Remediation!), answers.Write),
            ConsoleVerb.Rollback => Report(await api.RollBackAsync(call.Device, call.Rollback!), answers.WriteRollback),
            ConsoleVerb.Persist =>
                Report(await api.PersistAsync(call.Device, call.Persistence!), answers.Write, call.Device),
            ConsoleVerb.Unpersist => Report(await api.UnpersistAsync(call.Device), answers.Write, call.Device),
            ConsoleVerb.ShowPersisted => Report(await api.GetPersistedAsync(), answers.Write),
            ConsoleVerb.ClearQuarantine => await api.ClearQuarantineAsync(call.Device) switch
            {
                { Value: { Cleared: false, Explanation: { } reason } } => Fail(reason),
                var cleared => Report(cleared, answers.Write, call.Device),
            },
            _ => Report(await api.SetPausedAsync(call.Verb == ConsoleVerb.Pause), pause =>
                answers.Write(pause, call.Verb == ConsoleVerb.Resume)),
        };
    }

    private async Task<int> ShowAsync(ConsoleCall call)
    {
        var directory = _directory;
        var code = Success;
        string source;
        try
        {
            if (directory is not null)
                using (var daemon = Connect(directory))
                    return Show(call, await daemon.GetDevicesAsync(),
                        $"runs; answered at {LocalApiServer.PathIn(directory)}", isDaemons: true);
            source = "not asked: no state directory is known";
        }
        catch (DaemonException exception) when (exception.Failure == DaemonFailure.NotRunning)
        {
            source = $"not asked, for none runs; {WhatTheJournalTells()}";
        }
        catch (DaemonException exception) when (exception.Failure == DaemonFailure.PermissionDenied)
        {
            (source, code) = ("not asked: permission denied", Failure);
            SayWithoutHistory();
            directory = null;
        }
        catch (DaemonException exception)
        {
            (source, code) = ($"not asked, because {exception.Message}; {WhatTheJournalTells()}", Failure);
            Say($"a daemon holds {directory}, but it can't be asked: {exception.Message}");
        }
        // What the journal says is better than nothing.
        var known = await offline(directory, Say).GetDevicesAsync();
        return Math.Max(code, Show(call, known, source, isDaemons: false, hasHistory: directory is not null));

        string WhatTheJournalTells() => $"this is what the journal in {directory} tells";
    }

    private int Show(
        ConsoleCall call, ApiResponse<DeviceList> result, string source, bool isDaemons, bool hasHistory = true)
    {
        return Report(result, Write);

        bool Write(DeviceList status)
        {
            if (call.Json)
                _page.Line(ConsoleJson.Of(status, isDaemons));
            else if (call.Verb == ConsoleVerb.Devices)
                DevicesText.Write(_page, status, isDaemons);
            else
                StatusText.Write(_page, status, source, isDaemons, hasHistory);
            return true;
        }
    }

    // From the files, with or without a daemon: they are complete at any time, and hold more than fits into an answer.
    private int ShowEpisodes(ConsoleCall call)
    {
        if (_directory is null)
            return Fail($"no state directory is known: give --state.directory, as in {UsualDirectory}");
        var answers = new AnswerWriter(_page, call.Json);
        try
        {
            // Fails for a directory that this user may not search, which otherwise looks like one without episodes.
            _ = Directory.EnumerateFileSystemEntries(_directory).Any();
            if (call.Episode is not { } id)
                answers.Write(new EpisodeList([.. EpisodeFiles.List(_directory).Select(EpisodeResponse.Of)]));
            else if (EpisodeFiles.Read(_directory, id) is { } episode)
                answers.Write(episode, Path.Combine(_directory, "episodes", episode.Id + ".json"));
            else
                return Fail($"there is no episode '{id}' in {_directory} that can be read; episodes lists them all");
            return Success;
        }
        catch (Exception exception) when (exception is IOException or UnauthorizedAccessException)
        {
            return Fail(exception.Message.Split('\n')[0]);
        }
    }

    private async Task<int> CheckHealthAsync()
    {
        if (options.Web.ListenAddresses.FirstOrDefault(address => address.Port != 0) is not { } address)
        {
            _errors.Line("healthcheck: --web.listen-address has port 0, for which the kernel chooses a port: "
                + "write the port, as in :19642");
            return Mistake;
        }
        var (isHealthy, line) = await new HealthCheck(address, options.Web.ConfigFile is not null, clock).RunAsync();
        (isHealthy ? _page : _errors).Line(ConsoleWriter.Clean(line));
        return isHealthy ? Success : Failure;
    }

    private ApiClient Connect(string directory) =>
        new(new DaemonConnection(LocalApiServer.PathIn(directory), clock), clock);

    // The daemon is asked about an absent device as well: it knows devices that have left. But the refusal comes
    // immediately.
    private bool IsPresent(string device)
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

    // A problem repeats nothing of the request, so the name of a device that does not exist is added here.
    private int Report<T>(ApiResponse<T> result, Func<T, bool> write, string? device = null)
        where T : class => result switch
        {
            { Value: { } value } => write(value) ? Success : Failure,
            { Problem.Type: ApiProblem.TypePrefix + "unknown_device" } when device is not null =>
                Fail($"there is no device {device}, or it can't be read"),
            _ => Fail(result.Problem!.Detail),
        };

    private void SayWithoutHistory() =>
        Say($"permission denied at {LocalApiServer.PathIn(_directory!)}: only root and the daemon's user may ask "
            + "the daemon. What was done before is not known here");

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
            // The terminal is closed, as it is when the session came over the device itself. The work continues.
        }
    }
}
