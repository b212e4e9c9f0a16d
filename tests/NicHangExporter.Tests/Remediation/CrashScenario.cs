using NicHangExporter.Options;
using NicHangExporter.Remediation;
using NicHangExporter.Remediation.Admin;

namespace NicHangExporter.Tests.Remediation;

/// <summary>An operation during which a process dies.</summary>
/// <param name="Name">Its name in tests.</param>
/// <param name="Begin">Starts it.</param>
/// <param name="Seconds">How long it takes without a crash.</param>
internal sealed record CrashScenario(string Name, Action<CrashRun> Begin, int Seconds)
{
    /// <summary>What happens before.</summary>
    public Action<CrashRun> Prepare { get; init; } = _ => { };

    /// <summary>Further options.</summary>
    public Func<ExporterOptions, ExporterOptions> Configure { get; init; } = options => options;

    /// <summary>How many seconds the next process has to end the hang.</summary>
    public int HealSeconds { get; init; } = 60;

    public static IReadOnlyList<CrashScenario> All { get; } =
    [
        new("reinit", run => run.Nic.Hang(), 45),
        new("bounce", run => run.Nic.Hang(), 85) { Prepare = run => run.Nic.CuredBy.Remove("reinit") },
        new("profile", run => run.Submit(new(run.Nic.Interface, RemediationTrigger.Cli) { Settings = ["classic"] }),
            15),
        new("rollback", run => run.Submit(new(run.Nic.Interface, RemediationTrigger.Cli) { Rollback = true }),
            15) { Prepare = Decide },
        new("quarantine", run => run.Nic.CuredBy.Add("reinit"), 160)
        {
            Prepare = Quarantine,
            Configure = options => options with { Remediation = options.Remediation with { DeviceBudget = 1 } },
            HealSeconds = 160,
        },
        new("drift", run =>
        {
            foreach (var feature in new[] { "tx-tcp-segmentation", "tx-generic-segmentation" })
                run.Nic.Request(feature, true);
        }, 40) { Prepare = Decide },
        new("eee and pause", run => run.Submit(new(run.Nic.Interface,
            RemediationTrigger.Cli) { Settings = ["eee", "pause"] }), 20),
    ];

    public static CrashScenario Of(string name) => All.Single(scenario => scenario.Name == name);

    public override string ToString() => Name;

    private static void Decide(CrashRun run) =>
        Assert.Equal(RemediationVerdict.Applied,
            run.Host.Ask(new(run.Nic.Interface, RemediationTrigger.Cli) { Settings = ["classic"] }).Verdict);

    private static void Quarantine(CrashRun run)
    {
        run.Nic.CuredBy.Clear();
        run.Nic.Hang();
        for (var second = 0; second < 120
            && !(run.Record.Quarantined && run.Host.Remediator.Status().Running is null); second++)
            run.Host.Live(1);
        Assert.True(run.Record.Quarantined);
    }
}
