using NicHangExporter.Remediation;

namespace NicHangExporter.Options;

/// <summary>How log lines are written.</summary>
internal enum LogFormat
{
    /// <summary><c>key=value</c> pairs, the habit of the Prometheus world.</summary>
    Logfmt,
    /// <summary>One JSON object a line.</summary>
    Json,
}

/// <summary>
/// Everything that can be set, with its default. How each is spelled on the command line, in the environment and in the
/// file, and what values are accepted, is said once: in <see cref="OptionTable"/>.
/// </summary>
internal sealed class ExporterOptions
{
    /// <summary>The device of the kernel log. Where it can't be opened, syslog(2) is read instead.</summary>
    public const string DefaultKmsgPath = "/dev/kmsg";

    /// <summary>Where metrics are served. All addresses by default: a scrape changes nothing and shows no secret.</summary>
    public IReadOnlyList<ListenAddress> ListenAddresses { get; set; } = [ListenAddress.Default];

    /// <summary>The path of the metrics.</summary>
    public string TelemetryPath { get; set; } = "/metrics";

    /// <summary>A file in the format of Prometheus's exporter-toolkit: TLS, basic authentication, response headers. Null: plain text for everybody.</summary>
    public string? WebConfigFile { get; set; }

    /// <summary>Host names that a request over loopback may be for, besides those that are this machine's anyway.</summary>
    public IReadOnlyList<string> AllowedHosts { get; set; } = [];

    /// <summary>Who may use the API. Nobody: then it does not exist. The least permission that does is the right one: an admin's token can lift a quarantine.</summary>
    public IReadOnlyList<TokenFile> ApiTokenFiles { get; set; } = [];

    /// <summary>Whether changes may be asked for over plain text from other machines. Whoever reads the wire then has the token, and with it the NICs.</summary>
    public bool AllowPlaintext { get; set; }

    /// <summary>Where sysfs is mounted. It must be the host's: it shows the network namespace of whoever mounted it.</summary>
    public string SysfsPath { get; set; } = "/sys";

    /// <summary>Where procfs is mounted.</summary>
    public string ProcfsPath { get; set; } = "/proc";

    /// <summary>The kernel log: the character device, a pipe or a recording of it.</summary>
    public string KmsgPath { get; set; } = DefaultKmsgPath;

    /// <summary>
    /// Counts hang messages that user space wrote as if they were the kernel's. Anybody who may write to /dev/kmsg can then fake a hang:
    /// for rehearsals only.
    /// </summary>
    public bool AcceptUntrusted { get; set; }

    /// <summary>Where the position in the kernel log and the counts survive a restart. Null: nowhere.</summary>
    public string? StateDirectory { get; set; }

    /// <summary>A silence longer than this ends an episode. Too short and one hang counts as many; mlx5 reports only every 15 s.</summary>
    public TimeSpan EpisodeGap { get; set; } = TimeSpan.FromSeconds(60);

    /// <summary>How often transmit counters are sampled for the witnesses that need no log.</summary>
    public TimeSpan SampleInterval { get; set; } = TimeSpan.FromSeconds(1);

    /// <summary>How long packets must be queued with none sent before it is a stall. Too short and a busy switch looks like a hang.</summary>
    public TimeSpan StallWindow { get; set; } = TimeSpan.FromSeconds(10);

    /// <summary>How often features and settings are read through ethtool. Each reading takes RTNL for some microseconds a device.</summary>
    public TimeSpan EthtoolInterval { get; set; } = TimeSpan.FromSeconds(15);

    /// <summary>Whether the permanent hardware address is a label: it identifies the machine to every reader of the metrics.</summary>
    public bool PermanentAddress { get; set; }

    /// <summary>Driver counters to export besides the built-in choice: exact names, or with a <c>*</c> at either end.</summary>
    public IReadOnlyList<string> EthtoolStatistics { get; set; } = [];

    /// <summary>The most devices that are looked at; a container host may have thousands of virtual ones.</summary>
    public int MaxDevices { get; set; } = 256;

    /// <summary>The least severe level that is logged.</summary>
    public LogLevel LogLevel { get; set; } = LogLevel.Information;

    /// <summary>How log lines are written.</summary>
    public LogFormat LogFormat { get; set; } = LogFormat.Logfmt;

    /// <summary>How far the local loop may go on its own. In enforce it changes the configuration of a hung NIC and resets it, unasked.</summary>
    public RemediationMode LocalRemediation { get; set; }

    /// <summary>How far Alertmanager's webhook may go.</summary>
    public RemediationMode WebhookRemediation { get; set; }

    /// <summary>How far a request by the API may go.</summary>
    public RemediationMode ApiRemediation { get; set; }

    /// <summary>
    /// The devices that may be changed, by name or bus address. Empty: every physical one whose driver has a ladder, and no other.
    /// </summary>
    public IReadOnlyList<string> RemediationDevices { get; set; } = [];

    /// <summary>
    /// Stages of prevention by driver in place of the built-in ones, each the name of a profile: <c>e1000e=segmentation+checksum</c>. A driver that has a
    /// ladder only here may be changed on its own account from then on.
    /// </summary>
    public IReadOnlyList<string> RemediationLadders { get; set; } = [];

    /// <summary>Profiles besides, or in place of, the built-in ones: <c>careful=tso+gso</c>. What is listed is turned off on a NIC that works.</summary>
    public IReadOnlyList<string> RemediationProfiles { get; set; } = [];

    /// <summary>How long a device that passes traffic is left alone after a remediation; it doubles with each one. Short, it lets a false alarm cut the link over and over.</summary>
    public TimeSpan Cooldown { get; set; } = TimeSpan.FromMinutes(10);

    /// <summary>How far the cool-down doubles.</summary>
    public TimeSpan CooldownMax { get; set; } = TimeSpan.FromHours(6);

    /// <summary>How many remediations a device may have in 24 hours before it is quarantined.</summary>
    public int DeviceBudget { get; set; } = 6;

    /// <summary>The same for all devices together.</summary>
    public int HostBudget { get; set; } = 12;

    /// <summary>How long a hang must stay away after the action for the device to be healed.</summary>
    public TimeSpan VerifyWindow { get; set; } = TimeSpan.FromSeconds(30);

    /// <summary>How long it must stay away for the device to be recovered.</summary>
    public TimeSpan ProvingTime { get; set; } = TimeSpan.FromMinutes(5);

    /// <summary>How long the link may stay away after a change before that is harm. Renegotiation alone takes up to six seconds at 1 Gbit/s.</summary>
    public TimeSpan CarrierGrace { get; set; } = TimeSpan.FromSeconds(10);

    /// <summary>How long after boot the local loop only watches: links come up then, and drivers report what is none.</summary>
    public TimeSpan BootGrace { get; set; } = TimeSpan.FromMinutes(1);

    /// <summary>Two hang reports this close together confirm a hang.</summary>
    public TimeSpan ConfirmWindow { get; set; } = TimeSpan.FromSeconds(10);

    /// <summary>Whether a hang under way may be answered with a renegotiation.</summary>
    public bool AllowReinit { get; set; } = true;

    /// <summary>Whether a bounce may also cost routes and static IPv6 addresses on the device itself: a host that depends on them stays unreachable.</summary>
    public bool BounceRoutes { get; set; }

    /// <summary>Whether it may be answered with link down and up, where no route on the device itself is lost by it.</summary>
    public bool AllowBounce { get; set; } = true;

    /// <summary>Whether reinit alone is still tried on a hung device in quarantine, with growing pauses.</summary>
    public bool QuarantineReinit { get; set; } = true;

    /// <summary>How long one command to the kernel may take before the asker is told that it failed; the command itself can't be cancelled.</summary>
    public TimeSpan RemediationDeadline { get; set; } = TimeSpan.FromSeconds(30);

    /// <summary>While this file exists nothing is changed, save to undo.</summary>
    public string DisableFile { get; set; } = "/etc/nic-hang-exporter/disable";

    /// <summary>How far a trigger may go. A person at the console is root already: refusing would only make it less safe.</summary>
    public RemediationMode Mode(RemediationTrigger trigger) => trigger switch
    {
        RemediationTrigger.Local => LocalRemediation,
        RemediationTrigger.Webhook => WebhookRemediation,
        RemediationTrigger.Api => ApiRemediation,
        RemediationTrigger.Cli => RemediationMode.Enforce,
        // Whoever may change may also keep.
        _ => (RemediationMode)Math.Max((int)LocalRemediation, Math.Max((int)WebhookRemediation, (int)ApiRemediation)),
    };

    /// <summary>
    /// The names by which alerts mean this host, in their labels instance, node or nodename. Empty: its host name, alone and with the ports listened on. A
    /// name that several hosts share makes each of them act on the alerts of all that hang at the same time.
    /// </summary>
    public IReadOnlyList<string> Identities { get; set; } = [];

    /// <summary>The Alertmanagers that hang episodes are pushed to. Empty: none.</summary>
    public IReadOnlyList<Uri> Alertmanagers { get; set; } = [];

    /// <summary>Further labels of what is pushed, as <c>cluster=lab</c>.</summary>
    public IReadOnlyList<string> AlertLabels { get; set; } = [];

    /// <summary>A file with the token that the Alertmanagers ask for.</summary>
    public string? AlertBearerTokenFile { get; set; }

    /// <summary>The user that they ask for.</summary>
    public string? AlertBasicAuthUser { get; set; }

    /// <summary>A file with its password.</summary>
    public string? AlertBasicAuthPasswordFile { get; set; }

    /// <summary>A file with the authorities whose certificates are believed, in place of the system's.</summary>
    public string? AlertCaFile { get; set; }

    /// <summary>A file with the certificate that the Alertmanagers ask for.</summary>
    public string? AlertCertificateFile { get; set; }

    /// <summary>A file with its key.</summary>
    public string? AlertKeyFile { get; set; }

    /// <summary>The name that their certificates must bear, where it is not that of the URL.</summary>
    public string? AlertServerName { get; set; }

    /// <summary>How long a post may take. Long, and a push to one that does not answer is late when it does.</summary>
    public TimeSpan AlertTimeout { get; set; } = TimeSpan.FromSeconds(5);

    /// <summary>Which ethtool features have series. All are 180 a device, of which a hang concerns a dozen.</summary>
    public FeatureSeries FeatureSeries { get; set; }

    /// <summary>The collectors that run.</summary>
    public HashSet<Collector> Collectors { get; } = [.. Collector.All.Where(collector => collector.OnByDefault)];

    /// <summary>True where the collector runs.</summary>
    public bool Has(Collector collector) => Collectors.Contains(collector);

    /// <summary>True where a collector runs that sees hangs: without one neither the local loop nor an alert has a hang to act on.</summary>
    public bool DetectsHangs => Has(Collector.Kmsg) || Has(Collector.Stall);

    /// <summary>True where a token is configured that Alertmanager can post alerts with.</summary>
    public bool HasRemediateToken => ApiTokenFiles.Any(file => file.Credential.May(ApiScope.Remediate));
}
