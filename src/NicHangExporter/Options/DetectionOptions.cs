namespace NicHangExporter.Options;

/// <summary>How hangs are detected.</summary>
internal sealed record DetectionOptions
{
    /// <summary>
    /// Counts hang messages that user space wrote to the kernel log. Any process that may write to /dev/kmsg can then
    /// fake a hang: for rehearsals only.
    /// </summary>
    public bool AcceptUntrusted { get; init; }

    /// <summary>
    /// A silence longer than this ends an episode. If it is too short, one hang counts as many: mlx5 reports only every
    /// 15 s.
    /// </summary>
    public TimeSpan EpisodeGap { get; init; } = TimeSpan.FromSeconds(60);

    /// <summary>How often transmit counters are sampled.</summary>
    public TimeSpan SampleInterval { get; init; } = TimeSpan.FromSeconds(1);

    /// <summary>
    /// How long packets must be queued with none sent before it is a stall. If it is too short, a busy switch looks
    /// like a hang.
    /// </summary>
    public TimeSpan StallWindow { get; init; } = TimeSpan.FromSeconds(10);

    /// <summary>The most devices that are watched. A container host may have thousands of virtual ones.</summary>
    public int MaxDevices { get; init; } = 256;
}
