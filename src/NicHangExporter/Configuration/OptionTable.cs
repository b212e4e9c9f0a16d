using System.Collections.Immutable;
using System.Globalization;
using NicHangExporter.Linux;
using NicHangExporter.Remediation;

namespace NicHangExporter.Configuration;

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
        new("web.config.file", "PATH", "TLS, basic authentication and response headers, in the format of Prometheus's exporter-toolkit; see docs/web-config.md.", OptionKind.Value,
            options => options.WebConfigFile ?? "", SetWebConfigFile),
        new("web.allowed-hosts", "NAME", "Host name that a request over loopback may be for, besides localhost, addresses and this machine's own name: a proxy's, as in nic.example.net. Repeatable.", OptionKind.List,
            options => string.Join(", ", options.AllowedHosts), SetAllowedHosts),
        new("api.token-file", "NAME:SCOPE=PATH", "A file with the bearer token of a user of the API, whose scope is read, remediate or admin. Repeatable; without one there is no API.", OptionKind.List,
            options => string.Join(", ", options.ApiTokenFiles), SetTokenFiles),
        new("api.allow-plaintext", "", "Accept changes by the API without TLS from other machines: whoever can read the wire has the token then.", OptionKind.Switch,
            options => Format(options.AllowPlaintext), Switch((options, on) => options.AllowPlaintext = on)),
        new("path.sysfs", "PATH", "Mount point of the host's sysfs.", OptionKind.Value,
            options => options.SysfsPath, Path((options, path) => options.SysfsPath = path)),
        new("path.procfs", "PATH", "Mount point of the host's procfs.", OptionKind.Value,
            options => options.ProcfsPath, Path((options, path) => options.ProcfsPath = path)),
        new("path.kmsg", "PATH", "The kernel log device, or a pipe or recording of it.", OptionKind.Value,
            options => options.KmsgPath, Path((options, path) => options.KmsgPath = path)),
        new("kmsg.accept-untrusted", "", "For rehearsals: count hang messages that user space wrote into the kernel log.", OptionKind.Switch,
            options => Format(options.AcceptUntrusted), Switch((options, on) => options.AcceptUntrusted = on)),
        new("state.directory", "PATH", "Directory that keeps the position in the kernel log, the counts, the journal of remediation and the evidence of hangs. None by default; the commands of the console look in /var/lib/nic-hang-exporter, where that is there.", OptionKind.Value,
            options => options.StateDirectory ?? "", Path((options, path) => options.StateDirectory = path)),
        new("hang.episode-gap", "DURATION", "A silence longer than this ends a hang episode.", OptionKind.Value,
            options => PrometheusDuration.Format(options.EpisodeGap), Duration("5s", "1h", (options, value) => options.EpisodeGap = value)),
        new("hang.sample-interval", "DURATION", "How often transmit counters are sampled.", OptionKind.Value,
            options => PrometheusDuration.Format(options.SampleInterval), Duration("100ms", "1m", (options, value) => options.SampleInterval = value)),
        new("stall.window", "DURATION", "How long packets are queued and none is sent before it is a TX stall.", OptionKind.Value,
            options => PrometheusDuration.Format(options.StallWindow), Duration("2s", "10m", (options, value) => options.StallWindow = value)),
        new("ethtool.interval", "DURATION", "How often features and settings are read through ethtool.", OptionKind.Value,
            options => PrometheusDuration.Format(options.EthtoolInterval), Duration("1s", "1h", (options, value) => options.EthtoolInterval = value)),
        new("ethtool.permanent-address", "", "Export the permanent hardware address as a label of nichang_device_info.", OptionKind.Switch,
            options => Format(options.PermanentAddress), Switch((options, on) => options.PermanentAddress = on)),
        new("ethtool.statistics", "NAME", "Export this driver counter as well (exact, or with * at either end). Repeatable.", OptionKind.List,
            options => string.Join(", ", options.EthtoolStatistics), SetEthtoolStatistics),
        new("device.max", "NUMBER", "The most devices that are looked at.", OptionKind.Value,
            options => options.MaxDevices.ToString(CultureInfo.InvariantCulture), SetMaxDevices),
        Mode("remediation.local", "How far the local loop may go on its own when a NIC hangs: off, observe or enforce.",
            options => options.LocalRemediation, (options, mode) => options.LocalRemediation = mode),
        Mode("remediation.webhook", "How far Alertmanager's webhook may go: off, observe or enforce.",
            options => options.WebhookRemediation, (options, mode) => options.WebhookRemediation = mode),
        Mode("remediation.api", "How far a request by the API may go: off, observe or enforce.",
            options => options.ApiRemediation, (options, mode) => options.ApiRemediation = mode),
        new("remediation.devices", "DEVICE", "Device that may be changed, by name or bus address. Repeatable; by default every physical one whose driver has a ladder.", OptionKind.List,
            options => string.Join(", ", options.RemediationDevices), SetRemediationDevices),
        new("remediation.ladder", "DRIVER=STAGES", "Stages of prevention for a driver, in order, each a profile, in place of the built-in ones, as in e1000e=segmentation+checksum. Repeatable.", OptionKind.List,
            options => string.Join(", ", options.RemediationLadders), Rows(SettingCatalogue.CheckLadder, (options, values) => options.RemediationLadders = values)),
        new("remediation.profile", "NAME=SETTINGS", "A profile of one's own: names of ethtool -K or the kernel's, eee, pause, as in careful=tso+gso. Repeatable.", OptionKind.List,
            options => string.Join(", ", options.RemediationProfiles), Rows(SettingCatalogue.CheckProfile, (options, values) => options.RemediationProfiles = values)),
        Time("remediation.cooldown", "How long a device that passes traffic is left alone after a remediation; it doubles with each.", "1s", "6h",
            options => options.Cooldown, (options, value) => options.Cooldown = value),
        Time("remediation.cooldown-max", "How far the cool-down doubles.", "1s", "7d", options => options.CooldownMax, (options, value) => options.CooldownMax = value),
        Number("remediation.device-budget", "Remediations that a device may have in 24 hours before it is quarantined.", 1, 100,
            options => options.DeviceBudget, (options, value) => options.DeviceBudget = value),
        Number("remediation.host-budget", "The same for all devices together.", 1, 1000, options => options.HostBudget, (options, value) => options.HostBudget = value),
        Time("remediation.verify-window", "How long a hang must stay away after the action for the device to be healed.", "2s", "10m",
            options => options.VerifyWindow, (options, value) => options.VerifyWindow = value),
        Time("remediation.proving-time", "How long it must stay away for the device to be recovered.", "2s", "1d", options => options.ProvingTime, (options, value) => options.ProvingTime = value),
        Time("remediation.carrier-grace", "How long the link may stay away after a change before the change is undone.", "1s", "5m",
            options => options.CarrierGrace, (options, value) => options.CarrierGrace = value),
        Time("remediation.boot-grace", "How long after boot the local loop only watches.", "0s", "1h", options => options.BootGrace, (options, value) => options.BootGrace = value),
        Time("remediation.confirm-window", "Two hang reports this close together confirm a hang.", "2s", "1m",
            options => options.ConfirmWindow, (options, value) => options.ConfirmWindow = value),
        new("remediation.reinit", "", "Renegotiate, which reinitialises many adapters, to un-wedge a hung device.", OptionKind.Switch,
            options => Format(options.AllowReinit), Switch((options, on) => options.AllowReinit = on)),
        new("remediation.bounce", "", "Take the link down and up to un-wedge a hung device.", OptionKind.Switch,
            options => Format(options.AllowBounce), Switch((options, on) => options.AllowBounce = on)),
        new("remediation.bounce-routes", "", "Take the link down and up also where routes or static IPv6 addresses on the device itself are lost by it.", OptionKind.Switch,
            options => Format(options.BounceRoutes), Switch((options, on) => options.BounceRoutes = on)),
        new("remediation.quarantine-reinit", "", "Go on trying reinit alone on a hung device in quarantine, with growing pauses.", OptionKind.Switch,
            options => Format(options.QuarantineReinit), Switch((options, on) => options.QuarantineReinit = on)),
        Time("remediation.deadline", "How long a command to the kernel may take before the asker is told that it failed.", "1s", "10m",
            options => options.RemediationDeadline, (options, value) => options.RemediationDeadline = value),
        new("remediation.disable-file", "PATH", "While this file exists nothing is changed, save to undo.", OptionKind.Value,
            options => options.DisableFile, Path((options, path) => options.DisableFile = path)),
        new("api.identities", "NAME", "Name by which the labels instance, node or nodename of an alert mean this host. Repeatable; also meant with the port that is listened on; by default its host name.", OptionKind.List,
            options => string.Join(", ", options.Identities), SetIdentities),
        new("alerting.alertmanagers", "URL", "Alertmanager to push hang episodes to, as in http://alertmanager:9093. Repeatable: each gets all.", OptionKind.List,
            options => string.Join(", ", options.Alertmanagers), AlertingOptions.SetAlertmanagers),
        new("alerting.labels", "NAME=VALUE", "Further label of the alerts that are pushed, as in cluster=lab. Repeatable.", OptionKind.List,
            options => string.Join(", ", options.AlertLabels), Rows(AlertingOptions.CheckLabel, (options, values) => options.AlertLabels = values)),
        new("alerting.bearer-token-file", "PATH", "File with the bearer token for the Alertmanagers; read anew for each post, as all files of alerting are.", OptionKind.Value,
            options => options.AlertBearerTokenFile ?? "", Path((options, path) => options.AlertBearerTokenFile = path)),
        new("alerting.basic-auth-user", "NAME", "User for the Alertmanagers.", OptionKind.Value, options => options.AlertBasicAuthUser ?? "", SetBasicAuthUser),
        new("alerting.basic-auth-password-file", "PATH", "File with its password.", OptionKind.Value,
            options => options.AlertBasicAuthPasswordFile ?? "", Path((options, path) => options.AlertBasicAuthPasswordFile = path)),
        new("alerting.ca-file", "PATH", "File with the authorities, in PEM, that sign the Alertmanagers' certificates, in place of the system's.", OptionKind.Value,
            options => options.AlertCaFile ?? "", Path((options, path) => options.AlertCaFile = path)),
        new("alerting.cert-file", "PATH", "File with the client's certificate, in PEM.", OptionKind.Value,
            options => options.AlertCertificateFile ?? "", Path((options, path) => options.AlertCertificateFile = path)),
        new("alerting.key-file", "PATH", "File with its key, in PEM.", OptionKind.Value,
            options => options.AlertKeyFile ?? "", Path((options, path) => options.AlertKeyFile = path)),
        new("alerting.server-name", "NAME", "Name that the Alertmanagers' certificates must bear, where it is not that of the URL.", OptionKind.Value,
            options => options.AlertServerName ?? "", AlertingOptions.SetServerName),
        Time("alerting.timeout", "How long a post of alerts may take.", "1s", "1m", options => options.AlertTimeout, (options, value) => options.AlertTimeout = value),
        new("log.level", "LEVEL", "debug, info, warn or error.", OptionKind.Value,
            options => LogLevels.First(level => level.Level == options.LogLevel).Name, SetLogLevel),
        new("log.format", "FORMAT", "logfmt or json.", OptionKind.Value,
            options => options.LogFormat == LogFormat.Json ? "json" : "logfmt", SetLogFormat),
        .. Collector.All.Select(collector => new OptionDefinition($"collector.{collector.Name}", "", collector.Help + ".", OptionKind.Switch,
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
        if (path.Length < 2 || path[0] != '/' || path.StartsWith("/-/", StringComparison.Ordinal) || path.StartsWith("/api/", StringComparison.OrdinalIgnoreCase) || path.Split('/').Any(segment => segment is "." or "..") || path.Any(character => !char.IsAsciiLetterOrDigit(character) && !"/-._~".Contains(character)))
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
