using NicHangExporter.Linux;
using NicHangExporter.Linux.Ethtool;
using NicHangExporter.Linux.Sysfs;

namespace NicHangExporter.Remediation;

/// <summary>
/// Keeps the evidence of each live hang episode in a bundle on disk (<see cref="EpisodeBundle"/>). It only reads devices, and fails alone: a bundle that
/// can't be written is said once and harms nothing else. Without a state directory it does nothing at all.
/// </summary>
/// <remarks>
/// For one thread, that of the remediation lane: <see cref="Begin"/>, <see cref="AddRemediation"/> and <see cref="End"/> ask ethtool, so they wait for
/// RTNL without a limit. What is known before that is on disk before that.
/// </remarks>
internal sealed partial class EpisodeRecorder(
    ExporterOptions options, IEthtool ethtool, NetClass netClass, TimeProvider clock, ILogger<EpisodeRecorder> logger, StateDirectory? state = null)
{
    /// <summary>A wedge that nothing cures is tried again each hour, for weeks: the first of its remediations and the last ones tell enough.</summary>
    private const int MaxRemediations = 24;

    /// <summary>The longest text of others that is kept, in characters.</summary>
    private const int MaxText = 2048;

    /// <summary>The most lines of the kernel log.</summary>
    private const int MaxKernelLines = 40;

    private readonly DeviceCamera _camera = new(ethtool, netClass, clock);
    private readonly HashSet<string> _underWay = [];
    private bool _failing;

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
        if (options.StateDirectory is not { } directory || !EpisodeId.IsSound(id))
            return;
        _underWay.Add(id);
        Keep(directory, () =>
        {
            if (EpisodeFiles.Read(directory, id) is { } former)
            {
                EpisodeFiles.Write(directory, former with { KernelLines = Joined(former.KernelLines, kernelLines) });
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
            EpisodeFiles.Write(directory, bundle);
            EpisodeFiles.Prune(directory, _underWay);
            EpisodeFiles.Write(directory, bundle with { Before = _camera.Complete(before, device) });
        });
    }

    /// <summary>Notes a remediation within an episode, with a picture of the device after it. Of the same one twice, the later word counts.</summary>
    public void AddRemediation(string id, RemediationOutcome outcome)
    {
        if (options.StateDirectory is not { } directory || EpisodeFiles.Read(directory, id) is not { } bundle)
            return;
        var remediation = new EpisodeRemediation(outcome.Id, outcome.Verdict, Bounded(outcome.Explanation)!)
        {
            Time = clock.GetUtcNow(),
            Profile = outcome.Profile,
            Rung = outcome.Rung,
            Steps = [.. outcome.Steps],
            Evidence = outcome.Evidence,
        };
        var others = bundle.Remediations.Where(other => other.Id != outcome.Id).ToList();
        if (others.Count >= MaxRemediations)
            others.RemoveAt(1);
        Keep(directory, () =>
        {
            EpisodeFiles.Write(directory, bundle with { Remediations = [.. others, remediation] });
            EpisodeFiles.Write(directory, bundle with { Remediations = [.. others, remediation with { After = TakeLater(bundle, outcome.Device) }] });
        });
    }

    /// <summary>Closes the bundle of an episode that is over.</summary>
    /// <param name="id">The episode.</param>
    /// <param name="summary">How it ended.</param>
    /// <param name="kernelLines">What the kernel said of the device lately.</param>
    public void End(string id, EpisodeSummary summary, IReadOnlyList<string> kernelLines)
    {
        _underWay.Remove(id);
        if (options.StateDirectory is not { } directory || EpisodeFiles.Read(directory, id) is not { } bundle)
            return;
        bundle = bundle with { Summary = summary, KernelLines = Joined(bundle.KernelLines, kernelLines) };
        Keep(directory, () =>
        {
            EpisodeFiles.Write(directory, bundle);
            EpisodeFiles.Write(directory, bundle with { AtEnd = TakeLater(bundle, bundle.Device) });
        });
    }

    // The name may have passed to other hardware since, and the hardware to another name.
    private DevicePicture TakeLater(EpisodeBundle bundle, string name)
    {
        _ = InterfaceName.TryParse(name, out var device);
        try
        {
            if (BusAddress.TryParse(bundle.Bus, out var bus) && netClass.FindByBusAddress(bus) is var there && !there.Contains(device))
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

    // What fails is over with this call, and the lane goes on. A disk that is nearly full lets the small write pass and not the large one: only when all
    // of it has passed is a later failure news again.
    private void Keep(string directory, Action record)
    {
        try
        {
            // One that was deleted or replaced is not ours any more.
            if (state is { IsHeld: false })
                throw new IOException(state.Failure ?? "the program ends");
            record();
            _failing = false;
        }
        catch (Exception exception) when (exception is IOException or UnauthorizedAccessException)
        {
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
