using System.Diagnostics;

namespace NicHangExporter.Vm.Scenarios;

/// <summary>
/// The harness as a command: its message if it cannot do what was requested, and that it leaves nothing behind.
/// </summary>
[Collection(typeof(FirstGuest))]
public sealed class HarnessTests
{
    private static readonly TimeSpan Timeout = TimeSpan.FromMinutes(1);

    // Proves: a run that is killed by any signal leaves neither an emulator nor a directory.
    [Theory]
    [InlineData("TERM")]
    [InlineData("KILL")]
    public async Task Run_ThatIsKilled_LeavesNoProcessAndNoDirectory(string signal)
    {
        GuestKernel.Get();
        using var harness = new HarnessProcess(path: null, "figures", "1");
        await Eventually.HoldsAsync(
            "a guest runs", harness.Running, running =>
                running.Any(line => line.StartsWith(Qemu.Program, StringComparison.Ordinal)), Timeout);

        await harness.SignalAsync(signal);

        await Eventually.HoldsAsync("the keeper is done", harness.Running, running => running.Count == 0, Timeout);
        Assert.Null(harness.Run);
    }

    // Proves: if the keeper was killed as well, the next run deletes what is left. It does not touch a run that
    // continues.
    [Fact]
    public async Task Run_ThatStarts_ClearsAwayWhatOthersHaveLeftAndNothingElse()
    {
        using var parent = new TemporaryDirectory();
        string left = Path.Combine(parent.Path, RunDirectory.Prefix + "left"),
            other = Path.Combine(parent.Path, RunDirectory.Prefix + "other");
        foreach (var directory in new[] { left, other })
            await File.WriteAllTextAsync(
                Path.Combine(Directory.CreateDirectory(directory).FullName, "alive"), "",
                TestContext.Current.CancellationToken);
        using var orphan = Process.Start("tail", ["-f", Path.Combine(left, "alive")]);
        await using var alive =
            new FileStream(Path.Combine(other, "alive"), FileMode.Open, FileAccess.ReadWrite, FileShare.None);
        try
        {
            Execution.Of(
                "env", $"TMPDIR={parent.Path}", Path.Combine(AppContext.BaseDirectory, "NicHangExporter.Vm"), "figures",
                "none");

            await Eventually.HoldsAsync(
                "what was left is gone", () =>
                    Directory.GetDirectories(parent.Path), directories => directories.Length == 1, Timeout);
            Assert.Equal([other], Directory.GetDirectories(parent.Path));
            Assert.True(orphan.HasExited);
        }
        finally
        {
            orphan.Kill();
        }
    }

    // Proves: without QEMU the harness says so in one line.
    [Fact]
    public async Task Figures_WithoutQemu_SaysSoInOneLine()
    {
        using var harness = new HarnessProcess(path: "/nowhere", "figures", "1");

        var run = await harness.EndAsync();

        Assert.Equal((1, ""), (run.ExitCode, run.Output));
        Assert.Equal($"needs the program '{Qemu.Program}' on PATH\n", run.Error);
    }
}
