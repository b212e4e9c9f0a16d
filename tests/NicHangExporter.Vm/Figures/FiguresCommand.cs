namespace NicHangExporter.Vm.Figures;

/// <summary>"figures [N]": the times of N wedges; bench/run --vm takes them.</summary>
internal static class FiguresCommand
{
    /// <summary>Measures and prints.</summary>
    public static async Task RunAsync(int count)
    {
        await using var guest = await Guest.BootAsync();
        await WedgeRun.SeveralAsync(guest, count, Console.WriteLine);
        await CountingRun.RunAsync(guest, CountingRun.Reports, Console.WriteLine);
    }
}
