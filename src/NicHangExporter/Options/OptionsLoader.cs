using System.Collections;
using NicHangExporter.Remediation;
using NicHangExporter.Remediation.Planning;
using NicHangExporter.Text;

namespace NicHangExporter.Options;

/// <summary>Combines the sources. Flags win over the environment, the environment over the file.</summary>
internal static class OptionsLoader
{
    /// <summary>
    /// Loads the options. Every error of every source is added to <paramref name="errors"/>, one line each. If there
    /// are errors, the options must not be used.
    /// </summary>
    /// <param name="flags">The settings of the command line, <c>config.file</c> included.</param>
    /// <param name="environment">The process's environment.</param>
    /// <param name="errors">Where errors go.</param>
    public static ExporterOptions Load(
        IReadOnlyList<OptionSetting> flags, IDictionary environment, List<string> errors)
    {
        var fromEnvironment = EnvironmentSource.Read(environment, errors);
        var file = (flags.LastOrDefault(IsConfigFile) ?? fromEnvironment.Find(IsConfigFile))?.Values[0];
        List<OptionSetting> fromFile = string.IsNullOrEmpty(file) ? [] : ConfigurationFile.Read(file, errors);
        return Combine(fromFile.Concat(fromEnvironment).Concat(flags), errors);
    }

    /// <summary>Applies settings to the defaults and checks the result, as <see cref="Load"/> does.</summary>
    /// <param name="settings">
    /// Lowest precedence first. A wrong value is an error even if a source with higher precedence replaces it.
    /// </param>
    /// <param name="errors">Where errors go.</param>
    public static ExporterOptions Combine(IEnumerable<OptionSetting> settings, List<string> errors)
    {
        var options = new ExporterOptions();
        foreach (var setting in settings.Where(setting => !IsConfigFile(setting)))
        {
            var (next, error) = Apply(options, setting);
            if (error is null)
                options = next;
            else
                errors.Add($"{setting.Origin}: {error}");
        }
        errors.AddRange(CheckDurations(options));
        errors.AddRange(ProfileCatalog.CheckReferences(options));
        errors.AddRange(AlertingRules.Check(options));
        errors.AddRange(CheckRemediation(options));
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

    private static IEnumerable<string> CheckDurations(ExporterOptions options)
    {
        var (detection, remediation) = (options.Detection, options.Remediation);
        if (detection.StallWindow < 2 * detection.SampleInterval)
            yield return $"stall.window ({Text(detection.StallWindow)}) must be at least twice hang.sample-interval "
                + $"({Text(detection.SampleInterval)})";
        if (remediation.Cooldown > remediation.CooldownMax)
            yield return $"remediation.cooldown ({Text(remediation.Cooldown)}) must not be longer than "
                + $"remediation.cooldown-max ({Text(remediation.CooldownMax)})";
        if (remediation.VerifyWindow < remediation.CarrierGrace)
            yield return $"remediation.verify-window ({Text(remediation.VerifyWindow)}) must not be shorter than "
                + $"remediation.carrier-grace ({Text(remediation.CarrierGrace)}): a link that comes back slowly would "
                + "count "
                + "as not healed";
    }

    private static IEnumerable<string> CheckRemediation(ExporterOptions options)
    {
        // Test messages must not reset other NICs than those of the test.
        if (options is
            {
                Detection.AcceptUntrusted: true,
                Remediation: { Local: RemediationMode.Enforce, Devices.Count: 0 },
            })
            yield return "kmsg.accept-untrusted lets any process that may write to the kernel log have NICs reset: "
                + "with "
                + "remediation.local=enforce, name the devices of the test in remediation.devices";
        // Each change is recorded in the journal before it is made.
        if (options.Paths.StateDirectory is null
            && options.Remediation.Mode(RemediationTrigger.Drift) == RemediationMode.Enforce)
            yield return "remediation in mode enforce needs state.directory, where its journal is kept, as in "
                + "/var/lib/nic-hang-exporter";
    }

    private static string Text(TimeSpan duration) => PrometheusDuration.Format(duration);
}
