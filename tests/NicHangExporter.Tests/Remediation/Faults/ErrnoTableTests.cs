using System.Text;
using System.Text.RegularExpressions;
using NicHangExporter.Api;
using NicHangExporter.Linux;
using NicHangExporter.Remediation;
using NicHangExporter.Remediation.Journaling;
using NicHangExporter.Text;

namespace NicHangExporter.Tests.Remediation.Faults;

/// <summary>
/// Every error of the kernel × every kind of step × a NIC that hangs or works: no exception, no link left down, no
/// setting without a known original. The golden file has each outcome; after a wanted change, UPDATE_GOLDEN=1 writes it
/// again, and its difference is read before it is committed.
/// </summary>
public sealed partial class ErrnoTableTests
{
    // The refused operation and the requested settings; tso has two features, one before and one after it.
    private static readonly (string Step, string Operation, string[] Settings)[] Steps =
    [
        ("feature off", "tx-tcp-segmentation off", ["tso", "gso"]),
        ("eee off", "eee off", ["tso", "eee"]),
        ("pause off", "pause", ["tso", "pause"]),
        ("reinit", "reinit", ["tso"]),
        ("link down", "down", ["tso"]),
        ("link up", "up", ["tso"]),
    ];

    [Fact]
    public async Task EveryErrno_OfEveryStep_EndsAsTheGoldenFileSays()
    {
        var text = new StringBuilder();
        foreach (var (step, operation, settings) in Steps)
            foreach (var hung in (bool[])[false, true])
            {
                var outcomes = new Dictionary<string, List<Errno>>();
                foreach (var (errno, outcome) in Play(operation, settings, hung))
                    (outcomes.TryGetValue(outcome, out var errnos) ? errnos : outcomes[outcome] = []).Add(errno);
                text.Append($"== {step}, {(hung ? "of a NIC that hangs" : "of a NIC that works")}\n");
                foreach (var (outcome, errnos) in outcomes)
                    text.Append($"{string.Join(" ", errnos)}\n{outcome}\n");
            }

        var golden = Path.Combine(Repository.Root, "tests/NicHangExporter.Tests/golden/errnos.txt");
        if (Environment.GetEnvironmentVariable("UPDATE_GOLDEN") == "1")
            await File.WriteAllTextAsync(golden, text.ToString(), TestContext.Current.CancellationToken);
        Assert.Equal(await File.ReadAllTextAsync(golden, TestContext.Current.CancellationToken), text.ToString());
    }

    // EINTR is no answer: the link's commands are repeated until there is one (LinkFlagsTests). One host for all errors
    // of a step: after each everything is put back by the ways that a person has, which is a test of those.
    private static IEnumerable<(Errno, string)> Play(string operation, string[] settings, bool hung)
    {
        using var scene = new FaultScene(options => options with
        {
            Remediation = options.Remediation with
            {
                AllowReinit = operation is not ("down" or "up"),
                Cooldown = TimeSpan.Zero,
                DeviceBudget = 100
            },
        }, FaultScene.FastDisk).Open();
        var nic = scene.Nic;
        var atFirst = nic.Requested;
        foreach (var errno in Enum.GetValues<Errno>().Where(errno => errno != Errno.None
            && (errno, operation) is not (Errno.Interrupted, "down" or "up")))
        {
            nic.Errors[operation] = errno;
            nic.Operations.Clear();
            if (hung)
                scene.Hang();
            var outcome = scene.Ask(scene.Request(settings) with
            {
                Recover = hung
                || operation is "reinit" or "down" or "up",
                Trigger = RemediationTrigger.Api
            });
            var wasUp = nic.IsUp;
            var commands = nic.Operations.Where(made => made.What != operation
                || nic.Operations.Count(other => other.What == operation) == 1).Select(made => made.What).Distinct();
            scene.AssertSound(atFirst);
            Assert.Equal(outcome.Verdict, scene.Record.Last!.Verdict);

            var (desired, original) = (scene.Record.Desired, scene.Record.Original.Keys.Except(scene.Record.Desired));
            // Where the kernel says nothing but no, the link is owed until it says yes.
            nic.Errors.Clear();
            scene.Live(6);
            Assert.True(nic.IsUp, $"{errno} left the link down");
            Assert.Null(scene.Record.LeftDown);
            yield return (errno,
                $"  {SnakeCase.Of(outcome.Verdict)}: {Failure().Replace(outcome.Explanation, "failed")}\n"
                + $"  commands: {string.Join(", ", commands)}\n  kept off: {string.Join(", ", desired)}\n"
                + (original.Any() ? $"  way back kept for: {string.Join(", ", original)}\n" : "") + (wasUp ? ""
                    : "  link: brought up as soon as the kernel let it\n"));

            nic.IsHung = false;
            scene.Live(4);
            scene.Ask(scene.RollbackRequest());
            Assert.Equal(atFirst, nic.Requested);
            Assert.True(nic.Eee!.Enabled);
            Assert.True(nic.Pause!.Rx);
            Assert.Empty(scene.Record.Desired);
            _ = scene.Host.Remediator.ClearQuarantineAsync(nic.Interface, "test");
            scene.Host.RemediationWorker.RunPending();
        }
        Assert.Equal(scene.Entries(JournalEvent.Intent).Count,
            scene.Entries(JournalEvent.Outcome).Count(entry => entry.Declined is null));
    }

    // Which error it was stands above.
    [GeneratedRegex(@"failed: [^()]* \(errno \d+\)")]
    private static partial Regex Failure();
}
