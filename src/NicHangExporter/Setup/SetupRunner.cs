using NicHangExporter.Cli;
using NicHangExporter.Linux;
using NicHangExporter.Options;
using NicHangExporter.Persistence;

namespace NicHangExporter.Setup;

/// <summary>
/// Carries out <c>setup</c>. Answers and questions go to the output, and the reason for a failure to the error output
/// in one line.
/// </summary>
/// <param name="paths">The paths of the options.</param>
/// <param name="places">Where the files are.</param>
/// <param name="persist">Persists a profile.</param>
internal sealed class SetupRunner(PathOptions paths, SetupPlaces places, PersistProfile persist)
{
    private const int Success = 0;
    private const int Failure = 1;
    private const int Mistake = 2;

    private readonly HostRoot _root = HostRoot.From(paths);

    /// <summary>The lines of the terminal; null if the input is not a terminal.</summary>
    public required TextReader? Terminal { get; init; }

    /// <summary>The output.</summary>
    public required TextWriter Output { get; init; }

    /// <summary>The error output.</summary>
    public required TextWriter Error { get; init; }

    /// <summary>The folders of programs, as in PATH.</summary>
    public required string? SearchPath { get; init; }

    /// <summary>How long a start of the service may take.</summary>
    public TimeSpan StartLimit { get; init; } = TimeSpan.FromSeconds(60);

    private ExporterUnits Units => ExporterUnits.Of(paths.Rootfs, SearchPath, StartLimit);

    private ConsoleWriter Page => new(Output);

    /// <summary>Carries out the command.</summary>
    /// <returns>The exit code.</returns>
    public int Run(SetupCall call)
    {
        if (FileStatus.EffectiveUser != 0)
            return Fail(new SetupException("setup needs root: it reads the kernel log and writes /etc"), Failure);
        if (Terminal is null && !call.IsYes && !call.IsDryRun && !call.IsUndo)
            return Fail(new SetupException("setup asks questions, and the input is no terminal: for scripts write "
                + "setup --yes --mode=observe|enforce --device=ADDRESS"), Mistake);
        try
        {
            return call.IsUndo ? Undo(call) : SetUp(call);
        }
        catch (SetupException exception)
        {
            return Fail(exception, Failure);
        }
        catch (Exception exception) when (exception is PersistenceException or IOException
            or UnauthorizedAccessException)
        {
            return Fail(new SetupException(exception.Message.Split('\n')[0]), Failure);
        }
    }

    private int Undo(SetupCall call)
    {
        var undo = new SetupUndo(places, Units, _root, call.IsDryRun, line => Page.Line(line));
        return Report(undo.Undo());
    }

    private int SetUp(SetupCall call)
    {
        var before = ConfigurationFileState.Read(places.Configuration, places.Shown(places.Configuration));
        var survey = HostSurvey.Read(paths, SearchPath);
        SurveyText.Write(Page, survey, before);
        List<SurveyedNic> named = [.. call.Devices.Select(device => survey.Find(_root, device))];
        SurveyText.WriteProposal(Page, survey, named, call.Mode);
        var dialogue = Terminal is { } input && !call.IsYes && !call.IsDryRun
            ? new SetupDialogue(input, Output, Page) : null;
        var choice = dialogue is null ? Choose(survey, named, call) : dialogue.Ask(survey, _root, named, call);
        if (choice is null)
            return NoChange(call);
        var plan = new SetupPlanner(places, _root, persist).Plan(survey, choice);
        Write(plan);
        if (!plan.HasWork || call.IsDryRun)
            return Report(plan.HasWork, call.IsYes);
        if (dialogue is not null && !dialogue.IsConfirmed())
            return NoChange(call);
        var changed = new SetupApplier(places, Units, _root, persist, line => Page.Line(line)).Apply(plan);
        if (!survey.Unit.IsInstalled)
            Page.Line($"{(survey.Unit.IsRunningSystemd ? $"{ServiceUnit.Name} is not installed or masked"
                : "systemd does not run here")}, so start the exporter yourself: nic-hang-exporter "
                + $"--config.file={plan.File.Name}");
        if (dialogue is not null)
            Page.Line("To take it back: nic-hang-exporter setup --undo");
        return Report(changed, call.IsYes);
    }

    // A dry run without decisions shows the proposal.
    private static SetupChoice? Choose(HostSurvey survey, List<SurveyedNic> named, SetupCall call)
    {
        List<SurveyedNic> nics = named.Count > 0 ? named : survey.Proposal is { } proposal ? [proposal] : [];
        return nics.Count == 0 ? null
            : new SetupChoice(nics, call.Mode ?? SurveyText.Mode(nics[0]), call.Persist, call.Profile);
    }

    private void Write(SetupPlan plan)
    {
        foreach (var note in plan.Notes)
            Page.Paragraph("Note      ", note);
        if (!plan.HasWork)
            Page.Line("Nothing to do: everything is set up this way already.");
        var lead = "To do     ";
        foreach (var step in plan.Steps())
        {
            Page.Line(lead + step);
            lead = "          ";
        }
    }

    private int NoChange(SetupCall call)
    {
        Page.Line("Nothing was changed.");
        return Report(false, call.IsYes);
    }

    // The last line is for programs such as Ansible.
    private int Report(bool changed, bool isForPrograms = true)
    {
        if (isForPrograms)
            Page.Line($"changed: {(changed ? "yes" : "no")}");
        return Success;
    }

    private int Fail(SetupException exception, int code)
    {
        new ConsoleWriter(Error).Line($"nic-hang-exporter: setup: {exception.Message}");
        foreach (var line in exception.Details)
            new ConsoleWriter(Error).Line($"  {line}");
        return code;
    }
}
