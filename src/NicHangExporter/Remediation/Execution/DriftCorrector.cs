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

    private readonly Dictionary<string, (TimeSpan Length, TimeSpan End)> _pauses = [];
    private readonly Dictionary<string, ImmutableArray<string>> _drifted = [];
    private TimeSpan _next;

    private TimeSpan Now => clock.GetElapsedTime(0);

    /// <summary>The settings of a device that were on again at the last check.</summary>
    public ImmutableArray<string> Of(string key) =>
        _drifted.GetValueOrDefault(key) is { IsDefault: false } drifted ? drifted : [];

    /// <summary>The time until the next check; null if no device has settings to keep off.</summary>
    public TimeSpan? DueIn => store.State.Devices.Values.Any(record => record.Desired.Count > 0) ? _next - Now : null;

    /// <summary>Makes the next check due now: something may have changed a setting.</summary>
    public void Request() => _next = TimeSpan.Zero;

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
        if (harmless.IsEmpty || Now < pause.End
            || options.Remediation.Mode(RemediationTrigger.Drift) != RemediationMode.Enforce)
            return;
        // The pause doubles; after the longest pause without a drift it is short again.
        var isFirst = Now - pause.End > LongestPause || pause.Length == default;
        var length = isFirst ? options.Ethtool.Interval : pause.Length * 2;
        length = length > LongestPause ? LongestPause : length;
        _pauses[key] = (length, Now + length);
        submit(new RemediationRequest(facts.Name, RemediationTrigger.Drift)
        {
            Settings = harmless,
            Reason = "turned on again by somebody else",
        });
    }

    [LoggerMessage(EventIds.DriftFound, LogLevel.Warning,
        "Settings of {Device} that were turned off are on again: {Settings}")]
    private partial void LogDrift(string device, string settings);
}
