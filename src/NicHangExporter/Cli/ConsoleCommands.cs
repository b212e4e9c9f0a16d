using System.CommandLine;
using System.CommandLine.Parsing;
using NicHangExporter.Control;
using NicHangExporter.Linux;
using NicHangExporter.Options;
using NicHangExporter.Remediation.Planning;

namespace NicHangExporter.Cli;

/// <summary>
/// The commands for whoever stands at the console of a host without network: how they are spelled. What comes of them is
/// <see cref="CommandRunner"/>'s.
/// </summary>
internal sealed class ConsoleCommands
{
    private const string ExitCodes = "\nExit code: 0 done, or nothing to do; 1 declined, failed or not healed; 2 a mistake in the command line.";

    private readonly Argument<string?> _device = new("DEVICE")
    {
        Description = "Device name or bus address: eno1, 0000:00:1f.6. Write -- before a name that begins with -.",
        Arity = ArgumentArity.ExactlyOne,
    };
    private readonly Argument<string?> _episode = new("ID") { Description = "Episode to show. Without it, all are listed.", Arity = ArgumentArity.ZeroOrOne };
    private readonly Option<string> _profile = new("--profile") { Description = $"Profile of offloads to turn off: {string.Join(", ", OffloadProfiles.All.Select(profile => profile.Name))}, or a profile of the configuration.", HelpName = "NAME" };
    private readonly Option<string[]> _features = new("--features")
    {
        Description = "Features to turn off: tso,gso,tx,rx,sg,gro,lro,rxvlan,txvlan,rxhash, the kernel's feature names, eee, pause.",
        HelpName = "A,B",
        AllowMultipleArgumentsPerToken = false,
    };
    private readonly Option<bool> _recover = new("--recover") { Description = "Also reset the device: ethtool -r, then link down and up if that did not help.", Arity = ArgumentArity.Zero };
    private readonly Option<bool> _dryRun = new("--dry-run") { Description = "Show what would be done, and change nothing.", Arity = ArgumentArity.Zero };
    private readonly Option<string> _reason = new("--reason") { Description = "Reason to record in the journal.", HelpName = "TEXT" };
    private readonly Option<string> _format = new("--format") { Description = "Output format: text or json.", HelpName = "FORMAT", DefaultValueFactory = _ => "text" };
    private readonly Command _status;
    private readonly Command _devices;
    private readonly Command _remediate;
    private readonly Command _rollback;
    private readonly Command _episodes;
    private readonly Command _quarantine;
    private readonly Command _clear;
    private readonly Command _pause;
    private readonly Command _resume;
    private readonly Command _health;

    /// <summary>Makes the commands.</summary>
    /// <param name="shared">Flags that each of them takes besides its own.</param>
    public ConsoleCommands(IReadOnlyList<Option> shared)
    {
        _status = new Command("status", "Show modes, kill switch and remediations.");
        _devices = new Command("devices", "List the devices and their remediation state.");
        _remediate = new Command("remediate", "Turn offloads off; --recover resets it too.\nWithout --profile and --features: the next stage of the device's ladder." + ExitCodes) { _device, _profile, _features, _recover, _dryRun, _reason };
        _rollback = new Command("rollback", "Undo all changes to a device." + ExitCodes) { _device, _dryRun, _reason };
        _episodes = new Command("episodes", "List the hang episodes, or show one of them.") { _episode };
        _clear = new Command("clear", "End its quarantine and cool-down." + ExitCodes) { _device };
        _quarantine = new Command("quarantine", "End the quarantine of a device: quarantine clear DEVICE.") { _clear };
        // Without one, the library insists on a subcommand in its own words.
        _quarantine.SetAction(_ => 0);
        _pause = new Command("pause", "Stop remediation, except for rollback." + ExitCodes);
        _resume = new Command("resume", "End the pause." + ExitCodes);
        _health = new Command("healthcheck", "Ask whether the exporter serves.\nGive it the options of the exporter that decide where it listens.\nExit code: 0 it serves; 1 it does not; 2 a mistake in the command line.");
        All = [_status, _devices, _remediate, _rollback, _episodes, _quarantine, _pause, _resume, _health];
        foreach (var command in All.Append(_clear))
        {
            if (command != _quarantine && command != _health)
                command.Add(_format);
            foreach (var option in shared)
                command.Add(option);
        }
    }

    /// <summary>The commands below the root.</summary>
    public IReadOnlyList<Command> All { get; }

    /// <summary>True for one of them.</summary>
    public bool Has(Command command) => All.Contains(command) || command == _clear;

    /// <summary>What is asked for; null where <paramref name="errors"/> has got at least one line about the command.</summary>
    public ConsoleCall? Read(ParseResult result, List<string> errors)
    {
        var command = result.CommandResult.Command;
        if (command == _quarantine)
        {
            errors.Add("quarantine: write quarantine clear DEVICE");
            return null;
        }
        var before = errors.Count;
        if (Flag(result, _format) is not ("text" or "json" or null))
            errors.Add($"--format: '{Flag(result, _format)}' is no format: write text or json");
        var json = Flag(result, _format) == "json";
        var call = command == _status ? new ConsoleCall(ConsoleVerb.Status, json)
            : command == _devices ? new ConsoleCall(ConsoleVerb.Devices, json)
            : command == _health ? new ConsoleCall(ConsoleVerb.Health, Json: false)
            : command == _episodes ? new ConsoleCall(ConsoleVerb.Episodes, json) { Episode = Word(result, _episode, errors) }
            : new ConsoleCall(ConsoleVerb.Change, json) { Request = Request(result, command, errors) };
        return errors.Count == before ? call : null;
    }

    private ControlRequest Request(ParseResult result, Command command, List<string> errors)
    {
        if (command == _pause || command == _resume)
            return new ControlRequest(command == _pause ? ControlCommand.Pause : ControlCommand.Resume);
        var device = Device(result, errors);
        if (command == _clear)
            return new ControlRequest(ControlCommand.ClearQuarantine) { Device = device };
        if (Flag(result, _reason) is { Length: 0 or > ControlDesk.MaxReason })
            errors.Add($"--reason: write 1 to {ControlDesk.MaxReason} characters");
        var request = new ControlRequest(command == _rollback ? ControlCommand.Rollback : ControlCommand.Remediate)
        {
            Device = device,
            DryRun = IsGiven(result, _dryRun),
            Reason = Flag(result, _reason),
        };
        return command == _rollback ? request : request with
        {
            Profile = Profile(result, errors),
            Settings = Features(result, errors),
            Recover = IsGiven(result, _recover),
        };
    }

    private string? Device(ParseResult result, List<string> errors)
    {
        var given = result.GetResult(_device)?.Tokens is [var token] ? token.Value : null;
        if (given is null)
            errors.Add("DEVICE is missing: name one, as in eno1 or 0000:00:1f.6; there is no way to mean all of them");
        else if (Word(result, _device, errors) is not null && !InterfaceName.TryParse(given, out _) && !BusAddress.TryParse(given, out _))
            errors.Add($"'{given}' is neither a device name nor a bus address: write one, as in eno1 or 0000:00:1f.6");
        return given;
    }

    // An unknown flag is taken for an argument by the library: nobody may find out by a device called --dryrun that was not there.
    private static string? Word(ParseResult result, Argument<string?> argument, List<string> errors)
    {
        if (result.GetResult(argument)?.Tokens is not [var token])
            return null;
        if (!token.Value.StartsWith('-') || result.Tokens.Any(other => other.Type == TokenType.DoubleDash))
            return token.Value;
        errors.Add($"unknown flag {token.Value}{Suggestion.For(token.Value.Split('=')[0], result.CommandResult.Command.Options.Select(option => option.Name))}; a name that begins with - goes behind --");
        return null;
    }

    private string? Profile(ParseResult result, List<string> errors)
    {
        var profile = Flag(result, _profile);
        if (profile is { Length: 0 })
            errors.Add("--profile: the name is empty");
        if (profile is not null && IsGiven(result, _features))
            errors.Add("--profile and --features exclude each other");
        return profile;
    }

    private List<string>? Features(ParseResult result, List<string> errors)
    {
        if (result.GetResult(_features)?.Tokens is not { Count: > 0 } tokens)
            return null;
        var names = tokens.SelectMany(token => token.Value.Split(',', StringSplitOptions.TrimEntries)).Distinct().ToList();
        if (names.Contains(""))
            errors.Add("--features: a name in the list is empty: write names and commas, as in tso,gso");
        return names;
    }

    // Switches have a result, their default, where they are not given.
    private static bool IsGiven(ParseResult result, Option option) => result.GetResult(option) is { Implicit: false };

    // Null too where the value is missing, which the parser has said already.
    private static string? Flag(ParseResult result, Option option) => result.GetResult(option)?.Tokens is [var token] ? token.Value : null;
}
