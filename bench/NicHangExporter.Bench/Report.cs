namespace NicHangExporter.Bench;

/// <summary>What a whole run adds up to.</summary>
internal static class Report
{
    public static void Print(Place place)
    {
        var sizes = new Results(place.Work, "size");
        sizes.Add("size.ours", new FileInfo(place.Exporter).Length);
        sizes.Add("size.node", new FileInfo(place.NodeExporter).Length);
        var results = Results.Read(place.Work);
        new IdleTables(results, place).Print();
        PrintSizes(results);
        Goals.Print(results);
    }

    private static void PrintSizes(IReadOnlyDictionary<string, double> results)
    {
        const string Block = "size";
        Page.Begin(Block, "Size of the binary");
        Page.Head("program", "MB");
        Page.Row("nic-hang-exporter", Page.Number(results["size.ours"] / 1e6, 2));
        Page.Row("node_exporter", Page.Number(results["size.node"] / 1e6, 2));
        Page.End(Block);
    }
}
