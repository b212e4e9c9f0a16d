using NicHangExporter.Options;
using NicHangExporter.Remediation;
using NicHangExporter.Remediation.Journaling;
using NicHangExporter.Remediation.Policy;
using NicHangExporter.State;

namespace NicHangExporter.Tests.Remediation;

/// <summary>
/// The whole loop under a fake clock: raw kernel records, as the lab's e1000e made them, through the real reader, to an
/// episode, the remediator, a device, a verdict, the journal and the metrics.
/// </summary>
public abstract class LocalLoop : IDisposable
{
    private protected LocalLoop()
    {
        Host = new FixtureHost(Enforcing, live: true);
        Nic = Host.AddSimulatedNic();
    }

    private protected FixtureHost Host { get; }

    private protected SimulatedNic Nic { get; }

    /// <inheritdoc/>
    public void Dispose()
    {
        foreach (var (_, level, message) in Host.Log.Entries)
            TestContext.Current.TestOutputHelper?.WriteLine($"{level}: {message}");
        Host.Dispose();
        GC.SuppressFinalize(this);
    }

    internal static ExporterOptions Enforcing(ExporterOptions options)
    {
        var directory = Path.GetDirectoryName(options.Paths.Kmsg)!;
        return options with
        {
            Paths = options.Paths with { StateDirectory = Path.Combine(directory, "state") },
            Remediation = options.Remediation with
            {
                Local = RemediationMode.Enforce,
                DisableFile = Path.Combine(directory, "disable")
            },
        };
    }

    private protected void Begin()
    {
        Host.Open();
        Host.Start();
        Host.Live(2);
    }

    private protected List<JournalEntry> Intents() =>
        [.. Host.JournalEntries().Where(entry => entry.Event == JournalEvent.Intent)];

    private protected List<JournalEntry> Outcomes() =>
        [.. Host.JournalEntries().Where(entry => entry is { Event: JournalEvent.Outcome, Declined: null })];

    private protected List<RemediationVerdict> Verdicts() => [.. Outcomes().Select(outcome => outcome.Verdict!.Value)];
}
