using System.CommandLine;
using NicHangExporter.Options;

namespace NicHangExporter.Cli;

/// <summary>The spelling of <c>setup</c>.</summary>
internal sealed class SetupCommand
{
    /// <summary>The first line of the help, also in the list of commands.</summary>
    private const string Summary = "Look at the host and set the service up.";

    private readonly Option<bool> _yes = Switch("--yes", "Ask nothing: for scripts. Needs --mode and --device.");
    private readonly Option<string> _mode =
        new("--mode") { Description = "observe or enforce.", HelpName = "MODE" };
    private readonly Option<string[]> _device = new("--device")
    {
        Description = "Device by name or bus address; the address is written. Repeatable.",
        HelpName = "DEVICE",
        AllowMultipleArgumentsPerToken = false,
    };
    private readonly Option<bool> _persist =
        Switch("--persist", "Keep the settings of a healed device over reboots (with --mode=enforce).");
    private readonly Option<bool> _noPersist =
        Switch("--no-persist", "Do not keep them from now on. Files that exist stay.");
    private readonly Option<string> _profile = new("--profile")
    {
        Description = "Also keep this profile off from now on.",
        HelpName = "NAME",
    };
    private readonly Option<bool> _dryRun = Switch("--dry-run", "Show what would be done, and write nothing.");
    private readonly Option<bool> _undo = Switch("--undo", "Take back what setup did.");

    /// <summary>Makes the command.</summary>
    /// <param name="shared">Flags of the exporter. The command takes those that say where things are.</param>
    public SetupCommand(IEnumerable<Option> shared)
    {
        Command = new Command("setup", Summary + "\n"
            + "On a terminal it says what it found and asks. Only the answer yes changes anything.\n"
            + "Exit code: 0 done, or nothing to do; 1 failed; 2 a mistake in the command line, or no terminal.")
        {
            _yes, _mode, _device, _persist, _noPersist, _profile, _dryRun, _undo,
        };
        foreach (var option in shared.Where(option => IsPlace(option.Name)))
            Command.Add(option);
    }

    /// <summary>The command below the root.</summary>
    public Command Command { get; }

    /// <summary>The call; null if <paramref name="errors"/> has got at least one line about it.</summary>
    public SetupCall? Read(ParseResult result, List<string> errors)
    {
        var before = errors.Count;
        var call = new SetupCall
        {
            IsYes = IsGiven(result, _yes),
            IsDryRun = IsGiven(result, _dryRun),
            IsUndo = IsGiven(result, _undo),
            Mode = Mode(Text(result, _mode), errors),
            Devices = [.. result.GetResult(_device)?.Tokens.Select(token => token.Value) ?? []],
            Persist = IsGiven(result, _persist) ? true : IsGiven(result, _noPersist) ? false : null,
            Profile = Text(result, _profile),
        };
        if (IsGiven(result, _persist) && IsGiven(result, _noPersist))
            errors.Add("--persist and --no-persist contradict each other: give one of them");
        errors.AddRange(Contradictions(call));
        return errors.Count == before ? call : null;
    }

    private static IEnumerable<string> Contradictions(SetupCall call)
    {
        var isGiven = call.Mode is not null || call.Devices.Count > 0 || call.Persist is not null
            || call.Profile is not null;
        if (call.IsUndo && isGiven)
            yield return "--undo takes everything back: give no other flag but --dry-run and --yes";
        else if (call is { IsYes: true, IsUndo: false } && (call.Mode is null || call.Devices.Count == 0))
            yield return "--yes asks nothing: give --mode=observe or --mode=enforce, and --device=ADDRESS";
        if (call is { Persist: true, Mode: RemediationMode.Observe })
            yield return "--persist: mode observe changes nothing, so there is nothing to keep: give --mode=enforce";
        if (call is { Profile: not null, Persist: not true })
            yield return "--profile needs --persist";
    }

    private static RemediationMode? Mode(string? text, List<string> errors)
    {
        if (text is not (null or "observe" or "enforce"))
            errors.Add($"--mode: '{text}' is no mode of setup: write observe or enforce");
        return text switch
        {
            "observe" => RemediationMode.Observe,
            "enforce" => RemediationMode.Enforce,
            _ => null,
        };
    }

    private static bool IsPlace(string flag) =>
        flag is "--config.file" or "--state.directory" || flag.StartsWith("--path.", StringComparison.Ordinal);

    private static Option<bool> Switch(string name, string help) =>
        new(name) { Description = help, Arity = ArgumentArity.Zero };

    private static bool IsGiven(ParseResult result, Option option) => result.GetResult(option) is { Implicit: false };

    private static string? Text(ParseResult result, Option option) =>
        result.GetResult(option)?.Tokens is [var token] ? token.Value : null;
}
