namespace NicHangExporter.Vm.Figures;

/// <summary>"figures [N]": the table for the README, from N wedges.</summary>
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
