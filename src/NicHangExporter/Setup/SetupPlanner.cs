using NicHangExporter.Linux;
using NicHangExporter.Options;
using NicHangExporter.Persistence;
using NicHangExporter.Remediation.Planning;
using NicHangExporter.State;
using NicHangExporter.Text;

namespace NicHangExporter.Setup;

/// <summary>Turns decisions into a plan that the daemon would accept.</summary>
/// <param name="places">Where the files are.</param>
/// <param name="root">The host.</param>
/// <param name="persist">Plans the file of a profile.</param>
internal sealed class SetupPlanner(SetupPlaces places, HostRoot root, PersistProfile persist)
{
    /// <summary>Plans, and checks the new configuration as the daemon does at its start.</summary>
    /// <exception cref="SetupException">The file can't be edited, or the daemon would refuse the result.</exception>
    public SetupPlan Plan(HostSurvey survey, SetupChoice choice)
    {
        var file = ConfigurationFileState.Read(places.Configuration, places.Shown(places.Configuration));
        var wanted = Wanted(choice, file.Text);
        var changes = wanted.Where(change => !change.IsIn(file.Text.Values)).ToList();
        if (file.Text.With(changes) is not { } next)
            throw new SetupException($"{file.Name} can't be edited safely, so nothing was changed: write these lines "
                + "into it yourself, in place of what it has for these keys")
            { Details = [.. changes.Select(change => change.Line)] };
        var options = Check(next);
        var plan = new SetupPlan
        {
            Choice = choice,
            File = file,
            Next = next,
            Options = options,
            Changes = changes,
            Unit = survey.Unit,
            Socket = survey.Socket,
            NewFiles = NewFiles(choice, options),
            Notes = [.. Notes(file.Text, choice, options)],
        };
        return !plan.NeedsSocket || plan.Socket.IsInstalled ? plan : plan with
        {
            Notes = [.. plan.Notes, $"{ServiceUnit.SocketName} is missing or masked, and the service is not root, so "
                + "it can keep nothing over reboots: install the package again or unmask the unit"],
        };
    }

    private List<ProfileFile> NewFiles(SetupChoice choice, ExporterOptions options)
    {
        if (choice.Profile is not { } profile)
            return [];
        var profiles = new ProfileCatalog(options).ProfileNames.ToList();
        if (!profiles.Contains(profile))
            throw new SetupException($"--profile: there is no profile '{profile}'{Suggestion.For(profile, profiles)}");
        var files = PersistenceScan.Read(root);
        return [.. choice.Addresses.Select(address => persist(options, address, profile, dryRun: true))
            .Where(file => !file.IsAmong(files))];
    }

    private List<KeyChange> Wanted(SetupChoice choice, ConfigurationText text)
    {
        List<KeyChange> wanted =
        [
            new("remediation.local", [choice.Mode == RemediationMode.Enforce ? "enforce" : "observe"], IsList: false),
            new("remediation.devices", choice.Addresses, IsList: true),
        ];
        // Off is the default, so a file without the key needs none.
        if (choice.Persist == true || (choice.Persist == false && text.Values.ContainsKey("remediation.persist")))
            wanted.Add(new("remediation.persist", [choice.Persist == true ? "true" : "false"], IsList: false));
        if (!text.Values.ContainsKey("state.directory"))
            wanted.Insert(0, new("state.directory", [places.StateDirectory], IsList: false));
        return wanted;
    }

    private ExporterOptions Check(ConfigurationText next)
    {
        var errors = new List<string>();
        var options = OptionsLoader.Combine(next.Settings, errors);
        if (errors.Count == 0 && options.Remediation.Local == RemediationMode.Enforce
            && options.Paths.StateDirectory is { } directory
            && StateFault(Path.GetFullPath(Path.Join(places.Root, directory))) is { } fault)
            errors.Add(StateDirectory.Refusal(fault));
        if (errors.Count > 0)
            throw new SetupException($"the exporter would refuse the new configuration, so nothing was changed: "
                + errors[0].Split('\n')[0]);
        return options;
    }

    // systemd gives the directory to the user of the service. Without the directory, systemd makes it.
    private static string? StateFault(string path) =>
        StateDirectory.FaultOf(path, FileStatus.TryRead(path, out var status) == Errno.None ? status.Owner : 0);

    private IEnumerable<string> Notes(ConfigurationText before, SetupChoice choice, ExporterOptions options)
    {
        var dropped = before.Values.GetValueOrDefault("remediation.devices", [])
            .Except(choice.Addresses).Except(choice.Nics.Select(nic => nic.Name.ToString())).ToList();
        if (dropped.Count > 0)
            yield return $"{string.Join(", ", dropped)} is no longer in remediation.devices: "
                + "give --device for each device to keep it";
        foreach (var nic in choice.Nics.Where(nic => nic.Owner.Conflict is not null))
            yield return $"{nic.Title}: {nic.Owner.Conflict}";
        var killSwitch = Path.Join(places.Root, options.Remediation.DisableFile);
        if (choice.Mode == RemediationMode.Enforce && File.Exists(killSwitch))
            yield return $"{places.Shown(killSwitch)} exists, so no device is changed until it is removed";
        foreach (var nic in choice.Nics.Where(nic => choice.Mode == RemediationMode.Enforce && !nic.HasLadder))
            yield return $"{nic.Title}: no setting is known to help {nic.Driver}, so the exporter resets it at most";
        foreach (var line in places.OverridingArguments())
            yield return $"{places.Shown(places.Defaults)} has '{line}', which wins over the configuration file";
    }
}
