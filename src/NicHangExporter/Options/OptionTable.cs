using System.Collections.Immutable;
using System.Globalization;
using NicHangExporter.Linux;
using NicHangExporter.Remediation;
using NicHangExporter.Remediation.Planning;

namespace NicHangExporter.Options;

/// <summary>
/// Every option, once. The name is the flag (<c>--stall.window</c>), the path of keys in the YAML file (<c>stall: {window: …}</c>) and, in
/// capitals with underscores, the environment variable (<c>NICHANG_STALL_WINDOW</c>).
/// </summary>
internal static class OptionTable
{
    private static readonly (string Name, LogLevel Level)[] LogLevels =
        [("debug", LogLevel.Debug), ("info", LogLevel.Information), ("warn", LogLevel.Warning), ("error", LogLevel.Error)];

    public static readonly ImmutableArray<OptionDefinition> All =
    [
        new("web.listen-address", "ADDRESS", "Address to listen on: :PORT, IP:PORT or [IPv6]:PORT. Repeatable.", OptionKind.List,
            options => string.Join(", ", options.ListenAddresses), SetListenAddresses),
        new("web.telemetry-path", "PATH", "Path under which metrics are served.", OptionKind.Value,
            options => options.TelemetryPath, SetTelemetryPath),
        new("web.config.file", "PATH", "File with TLS, basic authentication and response headers, in the format of Prometheus's exporter-toolkit.", OptionKind.Value,
            options => options.WebConfigFile ?? "", SetWebConfigFile),
        new("web.allowed-hosts", "NAME", "Host name to accept in requests over loopback, besides localhost, addresses and the machine's own name. Repeatable.", OptionKind.List,
            options => string.Join(", ", options.AllowedHosts), SetAllowedHosts),
        new("api.token-file", "NAME:SCOPE=PATH", "API user, its scope (read, remediate or admin) and the file with its bearer token. Repeatable. Without one there is no API.", OptionKind.List,
            options => string.Join(", ", options.ApiTokenFiles), SetTokenFiles),
        new("api.allow-plaintext", "", "Accept API requests that change something from other machines without TLS. The token is then sent in clear text.", OptionKind.Switch,
            options => Format(options.AllowPlaintext), Switch((options, on) => options.AllowPlaintext = on)),
        new("path.sysfs", "PATH", "Mount point of the host's sysfs.", OptionKind.Value,
            options => options.SysfsPath, Path((options, path) => options.SysfsPath = path)),
        new("path.procfs", "PATH", "Mount point of the host's procfs.", OptionKind.Value,
            options => options.ProcfsPath, Path((options, path) => options.ProcfsPath = path)),
        new("path.kmsg", "PATH", "Kernel log device, or a pipe or recording of it.", OptionKind.Value,
            options => options.KmsgPath, Path((options, path) => options.KmsgPath = path)),
        new("kmsg.accept-untrusted", "", "Test mode: count hang messages that user space wrote to the kernel log.", OptionKind.Switch,
            options => Format(options.AcceptUntrusted), Switch((options, on) => options.AcceptUntrusted = on)),
        new("state.directory", "PATH", "Directory for counts, the remediation journal and hang episodes. Remediation needs it. Commands use /var/lib/nic-hang-exporter if it exists.", OptionKind.Value,
            options => options.StateDirectory ?? "", Path((options, path) => options.StateDirectory = path)),
        new("hang.episode-gap", "DURATION", "Time without a hang report after which a hang episode ends.", OptionKind.Value,
            options => PrometheusDuration.Format(options.EpisodeGap), Duration("5s", "1h", (options, value) => options.EpisodeGap = value)),
        new("hang.sample-interval", "DURATION", "How often transmit counters are sampled.", OptionKind.Value,
            options => PrometheusDuration.Format(options.SampleInterval), Duration("100ms", "1m", (options, value) => options.SampleInterval = value)),
        new("stall.window", "DURATION", "How long packets must wait with none sent before that counts as a TX stall.", OptionKind.Value,
            options => PrometheusDuration.Format(options.StallWindow), Duration("2s", "10m", (options, value) => options.StallWindow = value)),
        new("ethtool.interval", "DURATION", "How often device features and settings are read by ethtool ioctls.", OptionKind.Value,
            options => PrometheusDuration.Format(options.EthtoolInterval), Duration("1s", "1h", (options, value) => options.EthtoolInterval = value)),
        new("ethtool.permanent-address", "", "Export the permanent hardware address as a label of nichang_device_info.", OptionKind.Switch,
            options => Format(options.PermanentAddress), Switch((options, on) => options.PermanentAddress = on)),
        new("ethtool.statistics", "NAME", "Driver counter of ethtool -S to export in addition: its exact name, or with * at either end. Repeatable.", OptionKind.List,
            options => string.Join(", ", options.EthtoolStatistics), SetEthtoolStatistics),
        new("device.max", "NUMBER", "Maximum number of devices to watch.", OptionKind.Value,
            options => options.MaxDevices.ToString(CultureInfo.InvariantCulture), SetMaxDevices),
        Mode("remediation.local", "What to do when a NIC hangs: off = nothing, observe = log what would be done, enforce = heal it.",
            options => options.LocalRemediation, (options, mode) => options.LocalRemediation = mode),
        Mode("remediation.webhook", "What an alert from Alertmanager's webhook may do: off, observe or enforce.",
            options => options.WebhookRemediation, (options, mode) => options.WebhookRemediation = mode),
        Mode("remediation.api", "What a remediation request by the API may do: off, observe or enforce.",
            options => options.ApiRemediation, (options, mode) => options.ApiRemediation = mode),
        new("remediation.devices", "DEVICE", "Device that may be healed, by name or bus address. Repeatable. Default: each physical device with a known driver.", OptionKind.List,
            options => string.Join(", ", options.RemediationDevices), SetRemediationDevices),
        new("remediation.ladder", "DRIVER=STAGES", "Profiles to apply to a driver's devices, one more after each hang, as in e1000e=segmentation+checksum. Replaces the built-in list. Repeatable.", OptionKind.List,
            options => string.Join(", ", options.RemediationLadders), Rows(ProfileCatalog.CheckLadder, (options, values) => options.RemediationLadders = values)),
        new("remediation.profile", "NAME=SETTINGS", "Additional profile: feature names of ethtool -K or of the kernel, eee, pause, as in careful=tso+gso. Repeatable.", OptionKind.List,
            options => string.Join(", ", options.RemediationProfiles), Rows(ProfileCatalog.CheckProfile, (options, values) => options.RemediationProfiles = values)),
        Time("remediation.cooldown", "Minimum time between two remediations of a device that passes traffic. It doubles with each remediation.", "1s", "6h",
            options => options.Cooldown, (options, value) => options.Cooldown = value),
        Time("remediation.cooldown-max", "Longest time to which remediation.cooldown doubles.", "1s", "7d", options => options.CooldownMax, (options, value) => options.CooldownMax = value),
        Number("remediation.device-budget", "Remediations of one device in 24 hours before it is quarantined.", 1, 100,
            options => options.DeviceBudget, (options, value) => options.DeviceBudget = value),
        Number("remediation.host-budget", "Remediations of all devices of the host together in 24 hours.", 1, 1000, options => options.HostBudget, (options, value) => options.HostBudget = value),
        Time("remediation.verify-window", "Time without a hang report after a remediation before the device counts as healed.", "2s", "10m",
            options => options.VerifyWindow, (options, value) => options.VerifyWindow = value),
        Time("remediation.proving-time", "Time without a hang report after a remediation before the device counts as recovered.", "2s", "1d", options => options.ProvingTime, (options, value) => options.ProvingTime = value),
        Time("remediation.carrier-grace", "How long a link may be down after a change before the change is undone.", "1s", "5m",
            options => options.CarrierGrace, (options, value) => options.CarrierGrace = value),
        Time("remediation.boot-grace", "Time after boot during which automatic remediation does nothing.", "0s", "1h", options => options.BootGrace, (options, value) => options.BootGrace = value),
        Time("remediation.confirm-window", "Two hang reports within this time confirm a hang.", "2s", "1m",
            options => options.ConfirmWindow, (options, value) => options.ConfirmWindow = value),
        new("remediation.reinit", "", "Reset a hung device by ETHTOOL_NWAY_RST (ethtool -r).", OptionKind.Switch,
            options => Format(options.AllowReinit), Switch((options, on) => options.AllowReinit = on)),
        new("remediation.bounce", "", "Reset a hung device by setting its link down and up.", OptionKind.Switch,
            options => Format(options.AllowBounce), Switch((options, on) => options.AllowBounce = on)),
        new("remediation.bounce-routes", "", "Set the link down and up even if the device loses routes or static IPv6 addresses by it.", OptionKind.Switch,
            options => Format(options.BounceRoutes), Switch((options, on) => options.BounceRoutes = on)),
        new("remediation.quarantine-reinit", "", "Continue to reset a hung device in quarantine by remediation.reinit alone, at growing intervals.", OptionKind.Switch,
            options => Format(options.QuarantineReinit), Switch((options, on) => options.QuarantineReinit = on)),
        Time("remediation.deadline", "How long a kernel command may take before the request is answered as failed.", "1s", "10m",
            options => options.RemediationDeadline, (options, value) => options.RemediationDeadline = value),
        new("remediation.disable-file", "PATH", "Kill switch: while this file exists, no device is changed except to undo.", OptionKind.Value,
            options => options.DisableFile, Path((options, path) => options.DisableFile = path)),
        new("api.identities", "NAME", "Name of this host in the labels instance, node or nodename of alerts, with or without the listen port. Repeatable. Default: the host name.", OptionKind.List,
            options => string.Join(", ", options.Identities), SetIdentities),
        new("alerting.alertmanagers", "URL", "Alertmanager URL to push hang episodes to, as in http://alertmanager:9093. Repeatable.", OptionKind.List,
            options => string.Join(", ", options.Alertmanagers), AlertingOptions.SetAlertmanagers),
        new("alerting.labels", "NAME=VALUE", "Additional label of pushed alerts, as in cluster=lab. Repeatable.", OptionKind.List,
            options => string.Join(", ", options.AlertLabels), Rows(AlertingOptions.CheckLabel, (options, values) => options.AlertLabels = values)),
        new("alerting.bearer-token-file", "PATH", "File with the bearer token for the Alertmanagers. It is read for each request.", OptionKind.Value,
            options => options.AlertBearerTokenFile ?? "", Path((options, path) => options.AlertBearerTokenFile = path)),
        new("alerting.basic-auth-user", "NAME", "Basic authentication user for the Alertmanagers.", OptionKind.Value, options => options.AlertBasicAuthUser ?? "", SetBasicAuthUser),
        new("alerting.basic-auth-password-file", "PATH", "File with the password of alerting.basic-auth-user.", OptionKind.Value,
            options => options.AlertBasicAuthPasswordFile ?? "", Path((options, path) => options.AlertBasicAuthPasswordFile = path)),
        new("alerting.ca-file", "PATH", "PEM file with the CA certificates for the Alertmanagers, instead of the system's.", OptionKind.Value,
            options => options.AlertCaFile ?? "", Path((options, path) => options.AlertCaFile = path)),
        new("alerting.cert-file", "PATH", "PEM file with the client certificate for the Alertmanagers.", OptionKind.Value,
            options => options.AlertCertificateFile ?? "", Path((options, path) => options.AlertCertificateFile = path)),
        new("alerting.key-file", "PATH", "PEM file with the private key of alerting.cert-file.", OptionKind.Value,
            options => options.AlertKeyFile ?? "", Path((options, path) => options.AlertKeyFile = path)),
        new("alerting.server-name", "NAME", "Server name to expect in the Alertmanagers' certificates, if it differs from the URL.", OptionKind.Value,
            options => options.AlertServerName ?? "", AlertingOptions.SetServerName),
        Time("alerting.timeout", "Timeout of a request to an Alertmanager.", "1s", "1m", options => options.AlertTimeout, (options, value) => options.AlertTimeout = value),
        new("log.level", "LEVEL", "Log level: debug, info, warn or error.", OptionKind.Value,
            options => LogLevels.First(level => level.Level == options.LogLevel).Name, SetLogLevel),
        new("log.format", "FORMAT", "Log format: logfmt or json.", OptionKind.Value,
            options => options.LogFormat == LogFormat.Json ? "json" : "logfmt", SetLogFormat),
        .. Collector.All.Select(collector => collector == Collector.Features
            ? new OptionDefinition("collector.features", "FEATURES", collector.Help + ".", OptionKind.Value,
                options => options.Has(collector) ? SnakeCase.Of(options.FeatureSeries) : "none", SetFeatures)
            : new OptionDefinition($"collector.{collector.Name}", "", collector.Help + ".", OptionKind.Switch,
                options => Format(options.Has(collector)),
                Switch((options, on) => _ = on ? options.Collectors.Add(collector) : options.Collectors.Remove(collector)))),
    ];

    private static OptionDefinition Mode(string name, string help, Func<ExporterOptions, RemediationMode> get, Action<ExporterOptions, RemediationMode> set) =>
        new(name, "MODE", help, OptionKind.Value, options => SnakeCase.Of(get(options)), (options, values) =>
        {
            if (SnakeCase.Parse<RemediationMode>(values[0]) is not { } mode)
                return $"'{values[0]}' is no mode: write off, observe or enforce";
            set(options, mode);
            return null;
        });

    private static OptionDefinition Time(string name, string help, string least, string most, Func<ExporterOptions, TimeSpan> get, Action<ExporterOptions, TimeSpan> set) =>
        new(name, "DURATION", help, OptionKind.Value, options => PrometheusDuration.Format(get(options)), Duration(least, most, set));

    private static OptionDefinition Number(string name, string help, int least, int most, Func<ExporterOptions, int> get, Action<ExporterOptions, int> set) =>
        new(name, "NUMBER", help, OptionKind.Value, options => get(options).ToString(CultureInfo.InvariantCulture), (options, values) =>
        {
            if (!int.TryParse(values[0], NumberStyles.None, CultureInfo.InvariantCulture, out var number) || number < least || number > most)
                return $"'{values[0]}' is not from {least} to {most}";
            set(options, number);
            return null;
        });

    private static string? SetRemediationDevices(ExporterOptions options, IReadOnlyList<string> values)
    {
        foreach (var value in values)
            if (!InterfaceName.TryParse(value, out _) && !BusAddress.TryParse(value, out _))
                return $"'{value}' is neither a device name nor a bus address: write one, as in eno1 or 0000:00:1f.6";
        options.RemediationDevices = values;
        return null;
    }

    private static string? SetAllowedHosts(ExporterOptions options, IReadOnlyList<string> values)
    {
        foreach (var value in values)
            if (Uri.CheckHostName(value) != UriHostNameType.Dns)
                return $"'{value.ReplaceLineEndings(" ")}' is no host name: write it without scheme and port, as in nic.example.net";
        options.AllowedHosts = values;
        return null;
    }

    private static string? SetIdentities(ExporterOptions options, IReadOnlyList<string> values)
    {
        // An empty one would take in every alert whose label is empty.
        foreach (var value in values)
            if (string.IsNullOrWhiteSpace(value) || value.Any(char.IsControl) || value.Trim() != value)
                return $"'{value.ReplaceLineEndings(" ")}' is no name of a host: write it as the labels of the alerts have it, as in pve1 or pve1:19642";
        options.Identities = values;
        return null;
    }

    private static string? SetBasicAuthUser(ExporterOptions options, IReadOnlyList<string> values)
    {
        // RFC 7617: the first colon ends the user.
        if (values[0].Contains(':') || values[0].Any(char.IsControl))
            return "the user must have neither a colon nor control characters";
        options.AlertBasicAuthUser = values[0];
        return null;
    }

    private static OptionSetter Rows(Func<string, string?> check, Action<ExporterOptions, IReadOnlyList<string>> set) => (options, values) =>
    {
        foreach (var value in values)
            if (check(value) is { } error)
                return error;
        if (values.GroupBy(value => value.Split('=')[0]).FirstOrDefault(rows => rows.Count() > 1) is { } twice)
            return $"'{twice.Key}' is given twice";
        set(options, values);
        return null;
    };

    private static string Format(bool value) => value ? "true" : "false";

    private static string? SetListenAddresses(ExporterOptions options, IReadOnlyList<string> values)
    {
        var addresses = new List<ListenAddress>();
        foreach (var value in values)
        {
            if (!ListenAddress.TryParse(value, out var address))
                return $"'{value}' is no listen address: write :PORT, IP:PORT or [IPv6]:PORT, as in 127.0.0.1:19642";
            if (address.Port != 0 && addresses.Contains(address))
                return $"'{value}' is given twice";
            addresses.Add(address);
        }
        options.ListenAddresses = addresses;
        return null;
    }

    // Any path, as with Prometheus's own programs: relative to where the program was started.
    private static string? SetWebConfigFile(ExporterOptions options, IReadOnlyList<string> values)
    {
        if (values[0].Contains('\0'))
            return "the path holds a NUL character";
        options.WebConfigFile = values[0];
        return null;
    }

    private static string? SetTokenFiles(ExporterOptions options, IReadOnlyList<string> values)
    {
        var files = new List<TokenFile>();
        foreach (var value in values)
        {
            if (TokenFile.TryParse(value, out var file) is { } error)
                return error;
            if (files.Any(other => other.Credential.Name == file!.Credential.Name))
                return $"the name '{file!.Credential.Name}' is given twice";
            files.Add(file!);
        }
        options.ApiTokenFiles = files;
        return null;
    }

    private static string? SetTelemetryPath(ExporterOptions options, IReadOnlyList<string> values)
    {
        var path = values[0];
        if (path.Length < 2 || path[0] != '/' || path.Contains("//", StringComparison.Ordinal) || path.StartsWith("/-/", StringComparison.Ordinal) || path.StartsWith("/api/", StringComparison.OrdinalIgnoreCase) || path.Split('/').Any(segment => segment is "." or "..") || path.Any(character => !char.IsAsciiLetterOrDigit(character) && !"/-._~".Contains(character)))
            return $"'{path}' is no path for metrics: write a slash and letters, as in /metrics; /, /-/ and /api/ are taken";
        options.TelemetryPath = path;
        return null;
    }

    private static string? SetEthtoolStatistics(ExporterOptions options, IReadOnlyList<string> values)
    {
        foreach (var value in values)
            if (value.Trim('*').Length == 0 || value.Trim('*').Contains('*'))
                return $"'{value}' is no counter name: write a name of ethtool -S, with * only at its start or end, as in rx_missed_errors or tx_queue_*";
        options.EthtoolStatistics = values;
        return null;
    }

    private static string? SetMaxDevices(ExporterOptions options, IReadOnlyList<string> values)
    {
        if (!int.TryParse(values[0], NumberStyles.None, CultureInfo.InvariantCulture, out var number) || number is < 1 or > 10_000)
            return $"'{values[0]}' is not from 1 to 10000";
        options.MaxDevices = number;
        return null;
    }

    private static string? SetFeatures(ExporterOptions options, IReadOnlyList<string> values)
    {
        if (values[0] == "none")
            options.Collectors.Remove(Collector.Features);
        else if (SnakeCase.Parse<FeatureSeries>(values[0]) is { } series)
        {
            options.Collectors.Add(Collector.Features);
            options.FeatureSeries = series;
        }
        else
            return $"'{values[0]}' is no choice of features: write ladder, all or none";
        return null;
    }

    private static string? SetLogLevel(ExporterOptions options, IReadOnlyList<string> values)
    {
        var index = Array.FindIndex(LogLevels, level => level.Name == values[0]);
        if (index < 0)
            return $"'{values[0]}' is no log level: write debug, info, warn or error";
        options.LogLevel = LogLevels[index].Level;
        return null;
    }

    private static string? SetLogFormat(ExporterOptions options, IReadOnlyList<string> values)
    {
        if (values[0] is not ("logfmt" or "json"))
            return $"'{values[0]}' is no log format: write logfmt or json";
        options.LogFormat = values[0] == "json" ? LogFormat.Json : LogFormat.Logfmt;
        return null;
    }

    private static OptionSetter Path(Action<ExporterOptions, string> set) => (options, values) =>
    {
        if (!values[0].StartsWith('/') || values[0].Contains('\0'))
            return $"'{values[0]}' is no absolute path: it must start with a slash";
        set(options, values[0]);
        return null;
    };

    private static OptionSetter Switch(Action<ExporterOptions, bool> set) => (options, values) =>
    {
        if (values[0] is not ("true" or "false"))
            return $"'{values[0]}' is neither true nor false";
        set(options, values[0] == "true");
        return null;
    };

    private static OptionSetter Duration(string least, string most, Action<ExporterOptions, TimeSpan> set) => (options, values) =>
    {
        _ = PrometheusDuration.TryParse(least, out var minimum);
        _ = PrometheusDuration.TryParse(most, out var maximum);
        if (!PrometheusDuration.TryParse(values[0], out var value) || value < minimum || value > maximum)
            return $"'{values[0]}' is no duration from {least} to {most}: write a number and a unit, as in 10s or 1m30s";
        set(options, value);
        return null;
    };
}
