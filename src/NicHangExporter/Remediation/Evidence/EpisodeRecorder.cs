using System.Collections.Immutable;
using NicHangExporter.Hosting;
using NicHangExporter.Linux;
using NicHangExporter.Linux.Ethtool;
using NicHangExporter.Linux.Sysfs;
using NicHangExporter.Metrics;
using NicHangExporter.Options;
using NicHangExporter.Remediation.Journaling;
using NicHangExporter.State;

namespace NicHangExporter.Remediation.Evidence;

/// <summary>
/// Stores the evidence of each live hang episode in a bundle on disk (<see cref="EpisodeBundle"/>). It only reads
/// devices. A bundle that can't be written is logged once and affects nothing else. Without a state directory it does
/// nothing.
/// </summary>
/// <remarks>
/// On the worker thread: <see cref="Begin"/>, <see cref="AddRemediation"/> and <see cref="End"/> use ethtool, so they
/// wait for RTNL without a limit. The disk has its own thread (<see cref="BundleWriter"/>). What is known without RTNL
/// is written first.
/// </remarks>
internal sealed partial class EpisodeRecorder
{
    /// <summary>
    /// The most remediations in a bundle: the first and the last ones. A hang that nothing ends is remedied each hour,
    /// for weeks.
    /// </summary>
    private const int MaxRemediations = 24;

    /// <summary>The longest text from outside, in characters.</summary>
    private const int MaxText = 2048;

    /// <summary>The most kernel log lines.</summary>
    private const int MaxKernelLines = 40;

    private readonly ExporterOptions _options;
    private readonly NetClass _netClass;
    private readonly TimeProvider _clock;
    private readonly ILogger<EpisodeRecorder> _logger;
    private readonly StateDirectory? _state;
    private readonly ExporterMetrics? _metrics;
    private readonly Action<string, EpisodeBundle> _write;
    private readonly DeviceSnapshotter _snapshotter;
    private readonly BundleWriter _writer;
    private volatile ImmutableHashSet<string> _inProgress = [];

    // Owned by the writer.
    private bool _failing;

    public EpisodeRecorder(
        ExporterOptions options, IEthtool ethtool, NetClass netClass, TimeProvider clock,
        ILogger<EpisodeRecorder> logger, StateDirectory? state = null, ExporterMetrics? metrics = null,
        Action<string, EpisodeBundle>? write = null)
    {
        (_options, _netClass, _clock, _logger, _state, _metrics) = (options, netClass, clock, logger, state, metrics);
        _write = write ?? WriteAndPrune;
        _snapshotter = new DeviceSnapshotter(ethtool, netClass, clock);
        _writer = new BundleWriter(Keep);
    }

    /// <inheritdoc cref="BundleWriter.Start"/>
    public void Start() => _writer.Start();

    /// <inheritdoc cref="BundleWriter.CloseAsync"/>
    public Task CloseAsync() => _writer.CloseAsync();

    /// <summary>Begins the bundle of a confirmed episode, or continues the one that an earlier process began.</summary>
    /// <param name="id">From <see cref="EpisodeId.New"/>.</param>
    /// <param name="device">The device.</param>
    /// <param name="bus">Its bus address, or empty.</param>
    /// <param name="driver">Its driver, or empty.</param>
    /// <param name="start">The time of the first sign of the hang, by the wall clock.</param>
    /// <param name="report">The decoded hang report; null if none exists.</param>
    /// <param name="kernelLines">The last kernel log lines about the device.</param>
    public void Begin(
        string id, InterfaceName device, BusAddress bus, string driver, DateTimeOffset start, string? report,
        IReadOnlyList<string> kernelLines)
    {
        if (_options.Paths.StateDirectory is not { } directory || !EpisodeId.IsValid(id))
            return;
        _inProgress = _inProgress.Add(id);
        if (Find(directory, id) is { } former)
        {
            _writer.Write(new(former with { KernelLines = Joined(former.KernelLines, kernelLines) }, IsComplete: true));
            return;
        }
        var before = _snapshotter.TakeFromSysfs(device);
        var bundle = new EpisodeBundle(id, device.ToString())
        {
            Bus = bus.ToString(),
            Driver = driver,
            Start = start,
            Report = Bounded(report),
            KernelLines = Joined([], kernelLines),
            Before = before,
        };
        _writer.Write(new(bundle, IsComplete: false));
        _writer.Write(new(bundle with { Before = _snapshotter.Complete(before, device) }, IsComplete: true));
    }

    /// <summary>
    /// Adds a remediation, with a snapshot of the device after it. It replaces an earlier entry of the same
    /// remediation.
    /// </summary>
    public void AddRemediation(string id, RemediationOutcome outcome)
    {
        if (_options.Paths.StateDirectory is not { } directory || Find(directory, id) is not { } bundle)
            return;
        var remediation = new EpisodeRemediation(outcome.Id, outcome.Verdict, Bounded(outcome.Explanation)!)
        {
            Time = _clock.GetUtcNow(),
            Profile = outcome.Profile,
            RecoveryAction = outcome.RecoveryAction,
            Steps = [.. outcome.Steps],
            Evidence = outcome.Evidence,
        };
        var others = bundle.Remediations.Where(other => other.Id != outcome.Id).ToList();
        if (others.Count >= MaxRemediations)
            others.RemoveAt(1);
        _writer.Write(new(bundle with { Remediations = [.. others, remediation] }, IsComplete: false));
        remediation = remediation with { After = TakeLater(bundle, outcome.Device) };
        _writer.Write(new(bundle with { Remediations = [.. others, remediation] }, IsComplete: true));
    }

    /// <summary>Completes the bundle of an episode that has ended.</summary>
    /// <param name="id">The episode.</param>
    /// <param name="summary">How it ended.</param>
    /// <param name="kernelLines">The last kernel log lines about the device.</param>
    public void End(string id, EpisodeSummary summary, IReadOnlyList<string> kernelLines)
    {
        _inProgress = _inProgress.Remove(id);
        if (_options.Paths.StateDirectory is not { } directory || Find(directory, id) is not { } bundle)
            return;
        bundle = bundle with { Summary = summary, KernelLines = Joined(bundle.KernelLines, kernelLines) };
        _writer.Write(new(bundle, IsComplete: false));
        _writer.Write(new(bundle with { AtEnd = TakeLater(bundle, bundle.Device) }, IsComplete: true));
    }

    private EpisodeBundle? Find(string directory, string id) => _writer.Latest(id) ?? EpisodeFiles.Read(directory, id);

    private void WriteAndPrune(string directory, EpisodeBundle bundle)
    {
        EpisodeFiles.Write(directory, bundle);
        EpisodeFiles.Prune(directory, _inProgress);
    }

    // The name may belong to other hardware now, and the hardware may have another name.
    private DeviceStateSnapshot TakeLater(EpisodeBundle bundle, string name)
    {
        _ = InterfaceName.TryParse(name, out var device);
        try
        {
            if (BusAddress.TryParse(bundle.Bus, out var bus) && _netClass.FindByBusAddress(bus) is var there
                && !there.Contains(device))
            {
                if (there is not [var renamed])
                    return _snapshotter.TakeAbsent(name, $"{name} is no longer at {bus}");
                device = renamed;
            }
        }
        catch (LinuxException exception)
        {
            return _snapshotter.TakeAbsent(name, exception.Message);
        }
        return _snapshotter.Complete(_snapshotter.TakeFromSysfs(device), device).Since(bundle.Before);
    }

    // On the writer's thread. A failure affects this bundle only. With a nearly full disk an incomplete draft may pass
    // and the complete one fail: only a complete one ends the failure.
    private void Keep(BundleDraft draft)
    {
        var directory = _options.Paths.StateDirectory!;
        try
        {
            // Another process may hold a directory that was deleted or replaced.
            if (_state is { IsHeld: false })
                throw new IOException(_state.Failure ?? "the program ends");
            _write(directory, draft.Bundle);
            _failing &= !draft.IsComplete;
        }
#pragma warning disable CA1031 // An exception on this thread would end the process.
        catch (Exception exception)
#pragma warning restore CA1031
        {
            if (exception is not (IOException or UnauthorizedAccessException))
                _metrics?.MonitorFailures.Inc();
            if (!_failing)
                LogUnwritable(directory, exception.Message);
            _failing = true;
        }
    }

    // Later lines mostly repeat the earlier ones. The begin and the end of the episode matter most.
    private static List<string> Joined(IReadOnlyList<string> earlier, IReadOnlyList<string> later)
    {
        var lines = earlier.Concat(later.Select(line => Bounded(line)!)).Distinct().ToList();
        return lines.Count <= MaxKernelLines
            ? lines
            : [.. lines.Take(MaxKernelLines / 2), .. lines.TakeLast(MaxKernelLines / 2)];
    }

    private static string? Bounded(string? text) => text is not { Length: > MaxText } ? text
        : text[..(char.IsHighSurrogate(text[MaxText - 1]) ? MaxText - 1 : MaxText)] + "…";

    [LoggerMessage(EventIds.BundleUnwritable, LogLevel.Warning,
        "The evidence of hang episodes can't be kept in {Path}: {Reason}")]
    private partial void LogUnwritable(string path, string reason);
}
