using NicHangExporter.Linux.Sysfs;

namespace NicHangExporter.Tests.Remediation;

/// <summary>
/// The process is killed, or the power is cut, at every step that can be seen from outside and at random ones: after
/// the restart nothing is lost, nothing is done twice, nothing is half done, and what hangs is healed.
/// </summary>
public sealed class CrashTests
{
    public static TheoryData<string> Scenarios => [.. CrashScenario.All.Select(scenario => scenario.Name)];

    [Theory]
    [MemberData(nameof(Scenarios))]
    public void Process_KilledAtEveryStep_IsTakenUpByTheNext(string name)
    {
        var steps = Rehearse(name);
        for (var step = 0; step <= steps; step++)
            Repeat(name, step, () =>
            {
                using var run = new CrashRun(CrashScenario.Of(name));
                run.Run(new ProcessDies(step));
                run.Restart(run.Disk.Kill());
                run.Live();
            });
        TestContext.Current.SendDiagnosticMessage($"{name}: {steps} steps");
    }

    [Theory]
    [MemberData(nameof(Scenarios))]
    public void Disk_ThatLosesWhatWasNotSyncedAtEveryStep_IsStillTheTruth(string name)
    {
        var steps = Rehearse(name);
        for (var step = 0; step <= steps; step++)
            Repeat(name, step, () =>
            {
                using var run = new CrashRun(CrashScenario.Of(name));
                run.Run(new ProcessDies(step));
                run.Restart(run.Disk.Cut(new Random(step)));
                run.Live();
            });
    }

    [Theory]
    [MemberData(nameof(Scenarios))]
    public void Machine_WhosePowerIsCutAtEveryStep_IsAsDecidedAfterTheBoot(string name)
    {
        var steps = Rehearse(name);
        for (var step = 0; step <= steps; step++)
            Repeat(name, step, () =>
            {
                using var run = new CrashRun(CrashScenario.Of(name));
                run.Run(new ProcessDies(step));
                var hung = run.Nic.IsHung;
                run.Nic.PowerOn();
                run.Host.BootId = "22222222-3333-4444-5555-666666666666";
                run.Clock.SetUptime(TimeSpan.FromSeconds(65));
                run.Restart(run.Disk.Cut(new Random(step)), powerWasCut: true);
                if (hung)
                    run.Nic.Hang();
                run.Live();
            });
    }

    [Fact]
    public void PauseFrames_NegotiatedAndNotInUse_AreNotTakenForTurnedOff()
    {
        var scenario = CrashScenario.Of("eee and pause") with
        {
            Prepare = run => (run.Nic.Eee,
            run.Nic.Pause) = (run.Nic.Eee! with { Enabled = false }, new(true, false, false))
        };
        for (var step = 0; step < 12; step++)
        {
            using var run = new CrashRun(scenario);
            run.Run(new ProcessDies(step));
            run.Restart(run.Disk.Kill());
            Assert.Equal(run.Nic.Pause is { Autonegotiation: false }, run.Record.Desired.Contains("pause"));
        }
    }

    [Theory]
    [InlineData(false)]
    [InlineData(true)]
    public void Processes_ThatDieAtRandom_AreTakenUpByTheLast(bool cut)
    {
        var steps = CrashScenario.All.Select(scenario => Rehearse(scenario.Name)).ToList();
        for (var seed = 0; seed < 200; seed++)
        {
            var luck = new Random(seed);
            var number = luck.Next(CrashScenario.All.Count);
            Repeat(CrashScenario.All[number].Name, seed, () =>
            {
                using var run = new CrashRun(CrashScenario.All[number], luck.Next(2) == 0 ? 1 << 20 : 16 << 10);
                run.Disk.Tear = luck.NextDouble();
                run.Run(new ProcessDies(luck.Next(steps[number] + 1)));
                // Those that come next die as well, while they settle, more or less.
                for (var deaths = luck.Next(4); deaths > 0; deaths--)
                {
                    var death = new ProcessDies(luck.Next(16));
                    run.Restart(Next(), death);
                    if (!death.IsDead)
                        break;
                }
                run.Restart(Next());
                run.Live();

                FaultyDisk Next() => cut ? run.Disk.Cut(luck) : run.Disk.Kill();
            });
        }
    }

    // Without a crash: the number of steps.
    private static int Rehearse(string name)
    {
        using var run = new CrashRun(CrashScenario.Of(name));
        var steps = run.Run(new ProcessDies(int.MaxValue));
        run.Live();
        Assert.InRange(steps, 4, 200);
        return steps;
    }

    private static void Repeat(string name, int number, Action run)
    {
        try
        {
            run();
        }
        catch (Exception exception) when (exception is not ProcessDiedException)
        {
            throw new InvalidOperationException($"{name}, {number}: {exception.Message}", exception);
        }
    }
}
