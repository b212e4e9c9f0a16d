using System.Collections.Immutable;
using NicHangExporter.Hosting;
using NicHangExporter.Options;
using NicHangExporter.Remediation.Journaling;
using NicHangExporter.Remediation.Planning;

namespace NicHangExporter.Remediation.Execution;

/// <summary>
/// Finds settings that a remediation turned off and that are on again, because of a driver or a person, and requests to
/// turn them off again. On the worker thread.
/// </summary>
internal sealed partial class DriftCorrector(
    ExporterOptions options, RemediationStore store, DeviceLocator locator, ProfileCatalog catalog, TimeProvider clock,
    ILogger logger)
{
    /// <summary>
    /// The longest pause between corrections of a drift that returns each time: somebody else wants the setting on.
    /// </summary>
    private static readonly TimeSpan LongestPause = TimeSpan.FromHours(1);

    /// <summary>The shortest time between two corrections of a device whose link keeps coming up.</summary>
    private static readonly TimeSpan LinkUpPause = TimeSpan.FromSeconds(5);

    private readonly Dictionary<string, (TimeSpan Length, TimeSpan End)> _pauses = [];
    private readonly Dictionary<string, ImmutableArray<string>> _drifted = [];
    private readonly HashSet<string> _linkUps = [];
    private readonly Dictionary<string, TimeSpan> _correctedAt = [];
    private TimeSpan _next;

    private TimeSpan Now => clock.GetElapsedTime(0);

    /// <summary>The settings of a device that were on again at the last check.</summary>
    public ImmutableArray<string> Of(string key) =>
        _drifted.GetValueOrDefault(key) is { IsDefault: false } drifted ? drifted : [];

    /// <summary>The time until the next check; null if no device has settings to keep off.</summary>
    public TimeSpan? DueIn => store.State.Any(static record => record.Desired.Count > 0) ? _next - Now : null;

    /// <summary>Makes the next check due now, if the device has settings to keep off.</summary>
    /// <param name="key">The device, of which something may have changed a setting.</param>
    /// <param name="isLinkUp">
    /// Its link came up. Drift that the next check finds may be the driver's, so it is corrected in spite of a pause.
    /// </param>
    /// <returns>True if it has such settings.</returns>
    public bool Request(string key, bool isLinkUp)
    {
        if (store.State.Device(key).Desired.Count == 0)
            return false;
        if (isLinkUp)
            _linkUps.Add(key);
        _next = TimeSpan.Zero;
        return true;
    }

    /// <summary>Checks all devices with settings to keep off, once each <c>ethtool.interval</c>.</summary>
    /// <returns>True if the drift of a device is another one than before.</returns>
    public bool CheckIfDue(Func<RemediationRequest, RemediationTicket> submit)
    {
        if (Now < _next)
            return false;
        _next = Now + options.Ethtool.Interval;
        var hasChanged = false;
        foreach (var (key, record) in store.State.Devices)
        {
            var before = Of(key);
            if (record.Desired.Count == 0)
                _drifted.Remove(key);
            else if (locator.Locate(key, record, out _) is { } facts)
                Check(key, facts, DeviceSettings.Drifted(record.Desired, facts), submit);
            hasChanged |= !before.SequenceEqual(Of(key));
        }
        return hasChanged;
    }

    private void Check(
        string key, DeviceFacts facts, ImmutableArray<string> drifted,
        Func<RemediationRequest, RemediationTicket> submit)
    {
        var before = Of(key);
        var isAfterLinkUp = _linkUps.Remove(key);
        _drifted[key] = drifted;
        if (drifted.IsEmpty)
            return;
        if (!before.SequenceEqual(drifted))
            LogDrift(facts.Name.ToString(), string.Join(", ", drifted));
        var ladder = catalog.Ladder(facts.Driver) ?? DriverLadder.Unknown;
        // A setting whose change cuts the link waits for a hang or a person.
        ImmutableArray<string> harmless = [.. drifted.Where(name =>
            name is not (DeviceSettings.Eee or DeviceSettings.Pause) && !ladder.Resets(name))];
        var pause = _pauses.GetValueOrDefault(key);
        if (harmless.IsEmpty || (Now < pause.End && !isAfterLinkUp)
            || options.Remediation.Mode(RemediationTrigger.Drift) != RemediationMode.Enforce)
            return;
        if (!isAfterLinkUp)
            _pauses[key] = After(pause);
        else if (_correctedAt.TryGetValue(key, out var last) && Now < last + LinkUpPause)
        {
            _linkUps.Add(key);
            _next = last + LinkUpPause < _next ? last + LinkUpPause : _next;
            return;
        }
        else
            _correctedAt[key] = Now;
        submit(new RemediationRequest(facts.Name, RemediationTrigger.Drift)
        {
            Settings = harmless,
            Reason = "turned on again by somebody else",
        });
    }

    // The pause doubles; after the longest pause without a drift it is short again.
    private (TimeSpan Length, TimeSpan End) After((TimeSpan Length, TimeSpan End) pause)
    {
        var isFirst = Now - pause.End > LongestPause || pause.Length == default;
        var length = isFirst ? options.Ethtool.Interval : pause.Length * 2;
        length = length > LongestPause ? LongestPause : length;
        return (length, Now + length);
    }

    [LoggerMessage(EventIds.DriftFound, LogLevel.Warning,
        "Settings of {Device} that were turned off are on again: {Settings}")]
    private partial void LogDrift(string device, string settings);
}
