namespace NicHangExporter.Hosting;

/// <summary>
/// Numbers of log events, in ranges by subject: 1xxx the kernel log, 2xxx hangs, 3xxx remediation, 4xxx exposition and
/// the program, 5xxx API. A number is never used again for something else, because people filter by it.
/// </summary>
internal static class EventIds
{
    public const int KmsgOpened = 1001;
    public const int KmsgUnavailable = 1002;
    public const int KmsgOverrun = 1003;
    public const int KmsgUntrustedAccepted = 1004;
    public const int KmsgFailed = 1005;
    public const int PositionAheadOfRing = 1007;
    public const int BootUnknown = 1008;
    public const int SyslogOpened = 1009;

    public const int EpisodeStarted = 2001;
    public const int EpisodeEnded = 2002;
    public const int HangUnattributed = 2003;
    public const int HistoryRead = 2004;
    public const int UntrustedHang = 2005;
    public const int MonitorFailed = 2006;
    public const int TransmitterPaused = 2007;
    public const int TransmitterPauseEnded = 2008;

    public const int DevicesWatched = 2020;
    public const int DevicesFollowed = 2021;
    public const int DevicesListed = 2022;
    public const int SettingsUnnotified = 2023;

    public const int RemediationStarted = 3001;
    public const int RemediationEnded = 3002;
    public const int RemediationDeclined = 3003;
    public const int RemediationObserved = 3004;
    public const int RemediationOverdue = 3005;
    public const int RemediationFailed = 3006;
    public const int Quarantined = 3007;
    public const int QuarantineCleared = 3008;
    public const int KillSwitchChanged = 3009;
    public const int Recovered = 3010;
    public const int Recurred = 3011;
    public const int DriftFound = 3012;
    public const int PendingResolved = 3013;
    public const int HistoryUnknown = 3014;
    public const int RemediationIncapable = 3015;
    public const int DeviceUnreadable = 3016;
    public const int LinkRestored = 3017;
    public const int BounceLeftOut = 3018;
    public const int LinkStillDown = 3019;
    public const int RemediationModes = 3030;
    public const int RemediationPaused = 3031;
    public const int DevicesHealed = 3032;
    public const int DevicesNotHealed = 3033;
    public const int EntryUnmatched = 3034;
    public const int EntryMatched = 3035;
    public const int Healed = 3036;
    public const int ModeWithoutEffect = 3037;
    public const int HistoryAccepted = 3038;
    public const int JournalOpened = 3050;
    public const int JournalUnavailable = 3051;
    public const int JournalRecovered = 3052;
    public const int JournalSetAside = 3053;
    public const int JournalTorn = 3054;
    public const int Persisted = 3060;
    public const int Unpersisted = 3061;
    public const int PersistFailed = 3062;
    public const int PersistBroken = 3063;
    public const int PersistBehind = 3064;
    public const int PersistLeftOver = 3065;
    public const int PersistUnreadable = 3066;
    public const int PersistReadable = 3067;
    public const int PersistNote = 3068;
    public const int BundleUnwritable = 3081;

    public const int Starting = 4001;
    public const int Listening = 4002;
    public const int CannotListen = 4003;
    public const int Stopping = 4004;
    public const int CollectorFailed = 4005;
    public const int CollectorRecovered = 4006;
    public const int StateSetAside = 4008;
    public const int StateUnavailable = 4009;
    public const int StateRestored = 4010;
    public const int EffectiveConfiguration = 4011;
    public const int BlindSpots = 4012;
    public const int PollFailed = 4013;
    public const int LogDropped = 4014;
    public const int HealsUnheard = 4015;
    public const int OptionDeprecated = 4016;
    public const int CountersFromSysfs = 4017;
    public const int CountersFromProcfs = 4018;
    public const int StateDirectoryMade = 4030;
    public const int SignalIgnored = 4031;
    public const int ServiceManagerUnreachable = 4032;

    public const int ApiFailed = 5002;
    public const int ApiState = 5003;
    public const int ControlListening = 5010;
    public const int ControlUnavailable = 5011;
    public const int ControlRefused = 5013;

    public const int CredentialBroken = 5101;
    public const int CredentialLoaded = 5102;
    public const int AuthenticationRefused = 5103;
    public const int WebConfigBroken = 5111;
    public const int WebConfigReloaded = 5112;
    public const int ReloadFailed = 5113;
    public const int WebAccessRefused = 5114;
    public const int HostRefused = 5115;
    public const int AlertReceived = 5020;
    public const int AlertsTruncated = 5021;
    public const int AlertsRefused = 5022;
    public const int AlertAnswered = 5023;
    public const int AlertActionFailed = 5024;
    public const int AlertsReceived = 5025;
    public const int AlertsForeign = 5026;
    public const int PushFailed = 5030;
    public const int PushRecovered = 5031;
    public const int PushLoopFailed = 5032;
    public const int PushBufferUnusable = 5033;
    public const int PushRefused = 5034;
    public const int PushBufferSetAside = 5035;
}
