namespace NicHangExporter.Remediation.Journaling;

/// <summary>
/// The settings that remediations keep off, on any device. Every scrape asks for them, so they are collected only after
/// the state has changed. Thread-safe.
/// </summary>
/// <param name="store">Holds the state.</param>
internal sealed class DecidedSettings(RemediationStore store)
{
    private volatile Collected _last = new(RemediationState.Empty, []);

    /// <summary>The same object until the state changes.</summary>
    public IReadOnlyList<string> Names
    {
        get
        {
            var (state, last) = (store.State, _last);
            if (!ReferenceEquals(last.State, state))
                _last = last = new Collected(
                    state, [.. state.Devices.Values.SelectMany(record => record.Desired).Distinct()]);
            return last.Names;
        }
    }

    private sealed record Collected(RemediationState State, string[] Names);
}
