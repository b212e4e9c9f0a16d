using System.Collections.Immutable;
using NicHangExporter.Hosting;
using NicHangExporter.Linux;
using NicHangExporter.Linux.Ethtool;
using NicHangExporter.Linux.Sysfs;
using NicHangExporter.Metrics;
using NicHangExporter.Options;
using NicHangExporter.Remediation.Journaling;

namespace NicHangExporter.Remediation.Evidence;

/// <summary>
/// Keeps the evidence of each live hang episode in a bundle on disk (<see cref="EpisodeBundle"/>). It only reads devices, and fails alone: a bundle that
/// can't be written is said once and harms nothing else. Without a state directory it does nothing at all.
/// </summary>
/// <remarks>
/// For one thread, that of the remediation lane: <see cref="Begin"/>, <see cref="AddRemediation"/> and <see cref="End"/> ask ethtool, so they wait for
/// RTNL without a limit; the disk has a thread of its own (<see cref="BundleWriter"/>). What is known before RTNL is waited for goes to the disk before that.
/// </remarks>
internal sealed partial class EpisodeRecorder
{
    /// <summary>A wedge that nothing cures is tried again each hour, for weeks: the first of its remediations and the last ones tell enough.</summary>
    private const int MaxRemediations = 24;

    /// <summary>The longest text of others that is kept, in characters.</summary>
    private const int MaxText = 2048;

    /// <summary>The most lines of the kernel log.</summary>
    private const int MaxKernelLines = 40;

    private readonly ExporterOptions _options;
    private readonly NetClass _netClass;
    private readonly TimeProvider _clock;
    private readonly ILogger<EpisodeRecorder> _logger;
    private readonly StateDirectory? _state;
    private readonly ExporterMetrics? _metrics;
    private readonly Action<string, EpisodeBundle> _write;
    private readonly DeviceSnapshotter _camera;
    private readonly BundleWriter _writer;
    private volatile ImmutableHashSet<string> _underWay = [];

    // Owned by the writer.
    private bool _failing;

    public EpisodeRecorder(
        ExporterOptions options, IEthtool ethtool, NetClass netClass, TimeProvider clock, ILogger<EpisodeRecorder> logger, StateDirectory? state = null,
        ExporterMetrics? metrics = null, Action<string, EpisodeBundle>? write = null)
    {
        (_options, _netClass, _clock, _logger, _state, _metrics) = (options, netClass, clock, logger, state, metrics);
        _write = write ?? WriteAndPrune;
        _camera = new DeviceSnapshotter(ethtool, netClass, clock);
        _writer = new BundleWriter(Keep);
    }

    /// <inheritdoc cref="BundleWriter.Start"/>
    public void Start() => _writer.Start();

    /// <inheritdoc cref="BundleWriter.CloseAsync"/>
    public Task CloseAsync() => _writer.CloseAsync();

    /// <inheritdoc cref="EpisodeId.New"/>
    public static string NewId(DateTimeOffset start, InterfaceName device) => EpisodeId.New(start, device);

    /// <inheritdoc cref="EpisodeFiles.List"/>
    public static IReadOnlyList<EpisodeBundle> List(string stateDirectory) => EpisodeFiles.List(stateDirectory);

    /// <inheritdoc cref="EpisodeFiles.Read"/>
    public static EpisodeBundle? Read(string stateDirectory, string id) => EpisodeFiles.Read(stateDirectory, id);

    /// <summary>Opens the bundle of an episode that is confirmed; goes on with the one that an earlier process has opened under the same id.</summary>
    /// <param name="id">From <see cref="NewId"/>.</param>
    /// <param name="device">The device.</param>
    /// <param name="bus">Its address on the bus, or empty.</param>
    /// <param name="driver">Its driver, or empty.</param>
    /// <param name="start">When the first testimony came, by the wall clock.</param>
    /// <param name="report">The decoded hang report, where there is one.</param>
    /// <param name="kernelLines">What the kernel said of the device lately.</param>
    public void Begin(string id, InterfaceName device, BusAddress bus, string driver, DateTimeOffset start, string? report, IReadOnlyList<string> kernelLines)
    {
        if (_options.Paths.StateDirectory is not { } directory || !EpisodeId.IsSound(id))
            return;
        _underWay = _underWay.Add(id);
        if (Find(directory, id) is { } former)
        {
            _writer.Write(new(former with { KernelLines = Joined(former.KernelLines, kernelLines) }, IsWhole: true));
            return;
        }
        var before = _camera.TakeAtOnce(device);
        var bundle = new EpisodeBundle(id, device.ToString())
        {
            Bus = bus.ToString(),
            Driver = driver,
            Start = start,
            Report = Bounded(report),
            KernelLines = Joined([], kernelLines),
            Before = before,
        };
        _writer.Write(new(bundle, IsWhole: false));
        _writer.Write(new(bundle with { Before = _camera.Complete(before, device) }, IsWhole: true));
    }

    /// <summary>Notes a remediation within an episode, with a picture of the device after it. Of the same one twice, the later word counts.</summary>
    public void AddRemediation(string id, RemediationOutcome outcome)
    {
        if (_options.Paths.StateDirectory is not { } directory || Find(directory, id) is not { } bundle)
            return;
        var remediation = new EpisodeRemediation(outcome.Id, outcome.Verdict, Bounded(outcome.Explanation)!)
        {
            Time = _clock.GetUtcNow(),
            Profile = outcome.Profile,
            Rung = outcome.Rung,
            Steps = [.. outcome.Steps],
            Evidence = outcome.Evidence,
        };
        var others = bundle.Remediations.Where(other => other.Id != outcome.Id).ToList();
        if (others.Count >= MaxRemediations)
            others.RemoveAt(1);
        _writer.Write(new(bundle with { Remediations = [.. others, remediation] }, IsWhole: false));
        _writer.Write(new(bundle with { Remediations = [.. others, remediation with { After = TakeLater(bundle, outcome.Device) }] }, IsWhole: true));
    }

    /// <summary>Closes the bundle of an episode that is over.</summary>
    /// <param name="id">The episode.</param>
    /// <param name="summary">How it ended.</param>
    /// <param name="kernelLines">What the kernel said of the device lately.</param>
    public void End(string id, EpisodeSummary summary, IReadOnlyList<string> kernelLines)
    {
        _underWay = _underWay.Remove(id);
        if (_options.Paths.StateDirectory is not { } directory || Find(directory, id) is not { } bundle)
            return;
        bundle = bundle with { Summary = summary, KernelLines = Joined(bundle.KernelLines, kernelLines) };
        _writer.Write(new(bundle, IsWhole: false));
        _writer.Write(new(bundle with { AtEnd = TakeLater(bundle, bundle.Device) }, IsWhole: true));
    }

    private EpisodeBundle? Find(string directory, string id) => _writer.Latest(id) ?? EpisodeFiles.Read(directory, id);

    private void WriteAndPrune(string directory, EpisodeBundle bundle)
    {
        EpisodeFiles.Write(directory, bundle);
        EpisodeFiles.Prune(directory, _underWay);
    }

    // The name may have passed to other hardware since, and the hardware to another name.
    private DeviceStateSnapshot TakeLater(EpisodeBundle bundle, string name)
    {
        _ = InterfaceName.TryParse(name, out var device);
        try
        {
            if (BusAddress.TryParse(bundle.Bus, out var bus) && _netClass.FindByBusAddress(bus) is var there && !there.Contains(device))
            {
                if (there is not [var renamed])
                    return _camera.TakeNone(name, $"{name} is no longer at {bus}");
                device = renamed;
            }
        }
        catch (LinuxException exception)
        {
            return _camera.TakeNone(name, exception.Message);
        }
        return _camera.Complete(_camera.TakeAtOnce(device), device).Since(bundle.Before);
    }

    // The top of the writer's thread: what fails is over with this call, and the next bundle is written.
    // A disk that is nearly full lets the small write pass and not the large one: only when all
    // of it has passed is a later failure news again.
    private void Keep(BundleDraft draft)
    {
        var directory = _options.Paths.StateDirectory!;
        try
        {
            // One that was deleted or replaced is not ours any more.
            if (_state is { IsHeld: false })
                throw new IOException(_state.Failure ?? "the program ends");
            _write(directory, draft.Bundle);
            _failing &= !draft.IsWhole;
        }
#pragma warning disable CA1031 // A writer that dies keeps no evidence, and takes the process with it.
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

    // The last lines of a later look mostly are those of the earlier one, too. How it began and how it ended tell most.
    private static List<string> Joined(IReadOnlyList<string> earlier, IReadOnlyList<string> later)
    {
        var lines = earlier.Concat(later.Select(line => Bounded(line)!)).Distinct().ToList();
        return lines.Count <= MaxKernelLines ? lines : [.. lines.Take(MaxKernelLines / 2), .. lines.TakeLast(MaxKernelLines / 2)];
    }

    private static string? Bounded(string? text) => text is not { Length: > MaxText } ? text
        : text[..(char.IsHighSurrogate(text[MaxText - 1]) ? MaxText - 1 : MaxText)] + "…";

    [LoggerMessage(EventIds.BundleUnwritable, LogLevel.Warning, "The evidence of hang episodes can't be kept in {Path}: {Reason}")]
    private partial void LogUnwritable(string path, string reason);
}
