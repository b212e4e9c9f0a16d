using System.CommandLine;
using System.CommandLine.Parsing;
using NicHangExporter.Api;
using NicHangExporter.Linux;
using NicHangExporter.Persistence;
using NicHangExporter.Remediation.Planning;
using NicHangExporter.Text;

namespace NicHangExporter.Cli;

/// <summary>
/// The spelling of the commands for a host that can only be reached by its console. <see cref="CommandRunner"/> carries
/// them out.
/// </summary>
internal sealed class ConsoleCommands
{
    private const string ExitCodes =
        "\nExit code: 0 done, or nothing to do; 1 declined, failed or not healed; 2 a mistake in the command line.";

    private readonly Argument<string?> _device = new("DEVICE")
    {
        Description = "Device name or bus address: eno1, 0000:00:1f.6. Write -- before a name that begins with -.",
        Arity = ArgumentArity.ExactlyOne,
    };
    private readonly Argument<string?> _persistDevice = new("DEVICE")
    {
        Description = "Device name or bus address, as for remediate. Not with --show.",
        Arity = ArgumentArity.ZeroOrOne,
    };
    private readonly Argument<string?> _episode = new("ID")
    {
        Description = "Episode to show. Without it, all are listed.",
        Arity = ArgumentArity.ZeroOrOne,
    };
    private readonly Option<string> _profile = new("--profile")
    {
        Description = "Profile of offloads to turn off: "
            + $"{string.Join(", ", OffloadProfiles.All.Select(profile => profile.Name))}, or a profile of the "
            + $"configuration.",
        HelpName = "NAME",
    };
    private readonly Option<string[]> _features = new("--features")
    {
        Description =
            "Features to turn off: tso,gso,tx,rx,sg,gro,lro,rxvlan,txvlan,rxhash, the kernel's feature names, eee, "
            + "pause.",
        HelpName = "A,B",
        AllowMultipleArgumentsPerToken = false,
    };
    private readonly Option<bool> _recover = new("--recover")
    {
        Description = "Also reset the device: ethtool -r, then link down and up if that did not help.",
        Arity = ArgumentArity.Zero,
    };
    private readonly Option<bool> _dryRun = new("--dry-run")
    {
        Description = "Show what would be done, and change nothing.",
        Arity = ArgumentArity.Zero,
    };
    private readonly Option<string> _via = new("--via")
    {
        Description = "Only this way: link (a .link file), udev (a rule) or hook (a script of the network manager).",
        HelpName = "WAY",
    };
    private readonly Option<bool> _show = new("--show")
    {
        Description = "List what is kept off, whether it is in force, and what else on the host sets offloads.",
        Arity = ArgumentArity.Zero,
    };
    private readonly Option<string> _reason =
        new("--reason") { Description = "Reason to record in the journal.", HelpName = "TEXT" };
    private readonly Option<string> _format = new("--format")
    {
        Description = "Output format: text or json.",
        HelpName = "FORMAT",
        DefaultValueFactory = _ => "text",
    };
    private readonly Dictionary<Command, ConsoleVerb> _verbs;
    private readonly Command _quarantine;

    /// <summary>Makes the commands.</summary>
    /// <param name="shared">Flags that each command takes in addition to its own.</param>
    public ConsoleCommands(IReadOnlyList<Option> shared)
    {
        var status = new Command("status", "Show modes, kill switch and remediations.");
        var devices = new Command("devices", "List the devices and their remediation state.");
        var remediate = new Command("remediate", "Turn offloads off; --recover resets it too.\n"
            + "Without --profile and --features: the next stage of the device's ladder." + ExitCodes)
        {
            _device, _profile, _features, _recover, _dryRun, _reason,
        };
        var rollback =
            new Command("rollback", "Undo all changes to a device." + ExitCodes) { _device, _dryRun, _reason };
        var persist = new Command("persist", "Keep offloads off at boot; --show lists them.\n"
            + "Without --profile: what remediations decided for the device." + ExitCodes)
        {
            _persistDevice, _profile, _via, _dryRun, _show,
        };
        var unpersist = new Command("unpersist", "Remove what persist has written." + ExitCodes) { _device };
        var episodes = new Command("episodes", "List the hang episodes, or show one of them.") { _episode };
        var clear = new Command("clear", "End its quarantine and cool-down." + ExitCodes) { _device };
        _quarantine = new Command("quarantine", "End the quarantine of a device: quarantine clear DEVICE.") { clear };
        // Without an action, the library insists on a subcommand in its own words.
        _quarantine.SetAction(_ => 0);
        var pause = new Command("pause", "Stop remediation, except for rollback." + ExitCodes);
        var resume = new Command("resume", "End the pause." + ExitCodes);
        var health = new Command("healthcheck", "Ask whether the exporter serves.\n"
            + "Give it the options of the exporter that decide where it listens.\n"
            + "Exit code: 0 it serves; 1 it does not; 2 a mistake in the command line.");
        All =
        [
            status, devices, remediate, rollback, persist, unpersist, episodes, _quarantine, pause, resume, health,
        ];
        _verbs = new Dictionary<Command, ConsoleVerb>
        {
            [status] = ConsoleVerb.Status,
            [devices] = ConsoleVerb.Devices,
            [remediate] = ConsoleVerb.Remediate,
            [rollback] = ConsoleVerb.Rollback,
            [persist] = ConsoleVerb.Persist,
            [unpersist] = ConsoleVerb.Unpersist,
            [episodes] = ConsoleVerb.Episodes,
            [clear] = ConsoleVerb.ClearQuarantine,
            [pause] = ConsoleVerb.Pause,
            [resume] = ConsoleVerb.Resume,
            [health] = ConsoleVerb.Health,
        };
        foreach (var command in All.Append(clear))
        {
            if (command != _quarantine && command != health)
                command.Add(_format);
            foreach (var option in shared)
                command.Add(option);
        }
    }

    /// <summary>The commands below the root.</summary>
    public IReadOnlyList<Command> All { get; }

    /// <summary>True for a command of the console.</summary>
    public bool Has(Command command) => _verbs.ContainsKey(command) || command == _quarantine;

    /// <summary>
    /// The command that is given; null if <paramref name="errors"/> has got at least one line about it.
    /// </summary>
    public ConsoleCall? Read(ParseResult result, List<string> errors)
    {
        var command = result.CommandResult.Command;
        if (command == _quarantine)
        {
            errors.Add("quarantine: write quarantine clear DEVICE");
            return null;
        }
        var before = errors.Count;
        var format = Flag(result, _format);
        if (format is not ("text" or "json" or null))
            errors.Add($"--format: '{format}' is no format: write text or json");
        var call = new ConsoleCall(_verbs[command], format == "json");
        if (command.Arguments.Contains(_device))
            call = call with { Device = Device(result, _device, errors) };
        if (command.Options.Contains(_reason) && Flag(result, _reason) is { Length: 0 or > RequestValidator.MaxReason })
            errors.Add($"--reason: write 1 to {RequestValidator.MaxReason} characters");
        call = call.Verb switch
        {
            ConsoleVerb.Remediate => call with { Remediation = Remediation(result, call.Device, errors) },
            ConsoleVerb.Rollback =>
                call with
                {
                    Rollback =
                    new RollbackRequest { DryRun = IsGiven(result, _dryRun), Reason = Flag(result, _reason) }
                },
            ConsoleVerb.Persist => Persistence(result, call, errors),
            ConsoleVerb.Episodes => call with { Episode = Word(result, _episode, errors) },
            _ => call,
        };
        return errors.Count == before ? call : null;
    }

    private CreateRemediationRequest Remediation(ParseResult result, string device, List<string> errors) => new(device)
    {
        Profile = Profile(result, errors),
        Features = Features(result, errors),
        Recover = IsGiven(result, _recover),
        DryRun = IsGiven(result, _dryRun),
        Reason = Flag(result, _reason),
    };

    private ConsoleCall Persistence(ParseResult result, ConsoleCall call, List<string> errors)
    {
        if (IsGiven(result, _show))
        {
            if (new Symbol[] { _persistDevice, _profile, _via, _dryRun }.Any(symbol => IsGiven(result, symbol)))
                errors.Add("persist --show lists all devices: leave out DEVICE, --profile, --via and --dry-run");
            return call with { Verb = ConsoleVerb.ShowPersisted };
        }
        if (!IsGiven(result, _persistDevice))
        {
            errors.Add("persist: name a DEVICE, as in eno1 or 0000:00:1f.6, or write persist --show");
            return call;
        }
        var way = Flag(result, _via);
        var via = SnakeCase.Parse<PersistenceWay>(way);
        if (way is not null && via is null)
            errors.Add($"--via: '{way}' is no way: write link, udev or hook");
        return call with
        {
            Device = Device(result, _persistDevice, errors),
            Persistence = new PersistRequest
            {
                Profile = Profile(result, errors),
                Via = via,
                DryRun = IsGiven(result, _dryRun),
            },
        };
    }

    private static string Device(ParseResult result, Argument<string?> argument, List<string> errors)
    {
        var given = result.GetResult(argument)?.Tokens is [var token] ? token.Value : null;
        if (given is null)
            errors.Add("DEVICE is missing: name one, as in eno1 or 0000:00:1f.6; there is no way to mean all of them");
        else if (Word(result, argument, errors) is not null && !InterfaceName.TryParse(given, out _)
            && !BusAddress.TryParse(given, out _))
            errors.Add($"'{given}' is neither a device name nor a bus address: write one, as in eno1 or 0000:00:1f.6");
        return given ?? "";
    }

    // The library takes an unknown flag for an argument: a misspelt --dryrun must not become the name of a device.
    private static string? Word(ParseResult result, Argument<string?> argument, List<string> errors)
    {
        if (result.GetResult(argument)?.Tokens is not [var token])
            return null;
        if (!token.Value.StartsWith('-') || result.Tokens.Any(other => other.Type == TokenType.DoubleDash))
            return token.Value;
        var names = result.CommandResult.Command.Options.Select(option => option.Name);
        errors.Add($"unknown flag {token.Value}{Suggestion.For(token.Value.Split('=')[0], names)}; a name that begins "
            + $"with - goes behind --");
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
        var names = tokens.SelectMany(token => token.Value.Split(',', StringSplitOptions.TrimEntries)).Distinct()
            .ToList();
        if (names.Contains(""))
            errors.Add("--features: a name in the list is empty: write names and commas, as in tso,gso");
        return names;
    }

    // A switch that is not given has a result as well: its default.
    private static bool IsGiven(ParseResult result, Symbol symbol) => result.GetResult(symbol) switch
    {
        OptionResult option => !option.Implicit,
        ArgumentResult argument => argument.Tokens.Count > 0,
        _ => false,
    };

    // Null also if the value is missing, which the parser reports.
    private static string? Flag(ParseResult result, Option option) =>
        result.GetResult(option)?.Tokens is [var token] ? token.Value : null;
}
