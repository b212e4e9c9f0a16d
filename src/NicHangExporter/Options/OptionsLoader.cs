using System.Collections;
using NicHangExporter.Remediation;
using NicHangExporter.Remediation.Planning;

namespace NicHangExporter.Options;

/// <summary>Puts the sources together: flags before environment before file before defaults.</summary>
internal static class OptionsLoader
{
    /// <summary>
    /// The options in force. Every error of every source is in <paramref name="errors"/>, one line each; with any of them
    /// the options must not be used.
    /// </summary>
    /// <param name="flags">What the command line sets; <c>config.file</c> among it.</param>
    /// <param name="environment">The process's environment.</param>
    /// <param name="errors">Where errors go.</param>
    public static ExporterOptions Load(IReadOnlyList<OptionSetting> flags, IDictionary environment, List<string> errors)
    {
        var fromEnvironment = EnvironmentSource.Read(environment, errors);
        var file = (flags.LastOrDefault(IsConfigFile) ?? fromEnvironment.Find(IsConfigFile))?.Values[0];
        List<OptionSetting> fromFile = string.IsNullOrEmpty(file) ? [] : ConfigurationFile.Read(file, errors);

        var options = new ExporterOptions();
        // Least first; a wrong value of a lesser source is an error too, although a greater one would win.
        foreach (var setting in fromFile.Concat(fromEnvironment).Concat(flags).Where(setting => !IsConfigFile(setting)))
        {
            var (next, error) = Apply(options, setting);
            if (error is null)
                options = next;
            else
                errors.Add($"{setting.Origin}: {error}");
        }
        if (options.Detection.StallWindow < 2 * options.Detection.SampleInterval)
            errors.Add($"stall.window ({PrometheusDuration.Format(options.Detection.StallWindow)}) must be at least twice hang.sample-interval ({PrometheusDuration.Format(options.Detection.SampleInterval)})");
        if (options.Remediation.Cooldown > options.Remediation.CooldownMax)
            errors.Add($"remediation.cooldown ({PrometheusDuration.Format(options.Remediation.Cooldown)}) must not be longer than remediation.cooldown-max ({PrometheusDuration.Format(options.Remediation.CooldownMax)})");
        errors.AddRange(ProfileCatalog.CheckReferences(options));
        errors.AddRange(AlertingRules.Check(options));
        if (options.Remediation.VerifyWindow < options.Remediation.CarrierGrace)
            errors.Add($"remediation.verify-window ({PrometheusDuration.Format(options.Remediation.VerifyWindow)}) must not be shorter than remediation.carrier-grace ({PrometheusDuration.Format(options.Remediation.CarrierGrace)}): a link that comes back slowly would count as not healed");
        // A rehearsal is of a device that somebody has named; anything else is an open door.
        if (options is { Detection.AcceptUntrusted: true, Remediation: { Local: RemediationMode.Enforce, Devices.Count: 0 } })
            errors.Add("kmsg.accept-untrusted lets whoever may write to the kernel log have NICs reset: with remediation.local=enforce, name the devices of the rehearsal in remediation.devices");
        // What is not recorded is not done.
        if (options.Paths.StateDirectory is null && options.Remediation.Mode(RemediationTrigger.Drift) == RemediationMode.Enforce)
            errors.Add("remediation in mode enforce needs state.directory, where its journal is kept, as in /var/lib/nic-hang-exporter");
        return options;
    }

    private static bool IsConfigFile(OptionSetting setting) => setting.Name == "config.file";

    private static OptionResult<ExporterOptions> Apply(ExporterOptions options, OptionSetting setting)
    {
        var option = OptionTable.All.Single(option => option.Name == setting.Name);
        if (option.Kind != OptionKind.List && setting.Values.Count != 1)
            return "one value is expected, not a list";
        return setting.Values.Any(value => value.Length == 0)
            ? "the value is empty"
            : option.Set(options, setting.Values);
    }
}
