using System.Diagnostics;
using System.Globalization;
using System.Runtime.InteropServices;

namespace NicHangExporter.Bench;

/// <summary>Counts system calls by strace, per scrape and per second without scrapes. It measures no times.</summary>
internal static partial class SystemCalls
{
    private const string Block = "calls";
    private const int Scrapes = 200;
    private const int Rows = 14;
    private const int Interrupt = 2; // SIGINT
    private static readonly TimeSpan Idle = TimeSpan.FromSeconds(30);

    public static async Task RunAsync(Place place)
    {
        var peers = Server.Start(place, warmUp: 20, Server.Installed, Server.Node, Server.Netlink);
        using var traffic = new Traffic(place);
        var columns = new List<Dictionary<string, double>>();
        foreach (var peer in peers)
        {
            await Console.Error.WriteLineAsync($"system calls of {peer.Server.Name}");
            columns.Add(await CountAsync(place, peer, Scrapes, () =>
            {
                for (var scrape = 0; scrape < Scrapes; scrape++)
                {
                    traffic.Send();
                    peer.Scrape(Request.Plain);
                }
                return Task.CompletedTask;
            }));
        }
        await Console.Error.WriteLineAsync("system calls without scrapes");
        await Task.Delay(IdleComparison.Settle);
        columns.AddRange(await Task.WhenAll(peers.Select(peer =>
            CountAsync(place, peer, Idle.TotalSeconds, () => Task.Delay(Idle)))));
        Print(place, columns);
        foreach (var peer in peers)
            peer.Dispose();
    }

    /// <summary>Calls by name during the work, divided by a number.</summary>
    private static async Task<Dictionary<string, double>> CountAsync(
        Place place, Peer peer, double divisor, Func<Task> work)
    {
        var output = Path.Combine(place.Work, $"strace-{peer.Server.Key}");
        string[] arguments =
        [
            "--follow-forks", "--summary-only", "--summary-columns=calls,name", $"--output={output}",
            string.Create(CultureInfo.InvariantCulture, $"--attach={peer.Id}"),
        ];
        using var strace =
            Process.Start(new ProcessStartInfo("strace", arguments) { RedirectStandardError = true })!;
        // It says which threads it has attached to. Later threads follow these, so one line is enough.
        if (await strace.StandardError.ReadLineAsync() is not { } line || !line.Contains("attached"))
            throw new InvalidOperationException($"strace has not attached to {peer.Server.Name}");
        await work();
        _ = Kill(strace.Id, Interrupt);
        await strace.WaitForExitAsync();
        // Rows are "CALLS NAME" between lines of dashes; the last row is the total.
        return File.ReadLines(output)
            .Select(row => row.Split(' ', StringSplitOptions.RemoveEmptyEntries))
            .Where(parts => parts.Length == 2 && char.IsAsciiDigit(parts[0][0]) && parts[1] != "total")
            .ToDictionary(parts => parts[1], parts => int.Parse(parts[0], CultureInfo.InvariantCulture) / divisor);
    }

    private static void Print(Place place, List<Dictionary<string, double>> columns)
    {
        var names = columns.SelectMany(column => column.Keys).Distinct()
            .OrderByDescending(name => columns.Max(column => column.GetValueOrDefault(name)))
            .ToArray();
        Page.Begin(Block, $"System calls, {place.Title}");
        Page.Head(
            "system call", "ours a scrape", "node_exporter's", "by netlink", "ours a second without scrapes",
            "node_exporter's", "by netlink");
        foreach (var name in names.Take(Rows))
            Row(name, columns.Select(column => column.GetValueOrDefault(name)));
        Row("others", columns.Select(column => names.Skip(Rows).Sum(column.GetValueOrDefault)));
        Row("all", columns.Select(column => column.Values.Sum()));
        Page.End(Block);
    }

    private static void Row(string name, IEnumerable<double> counts) =>
        Page.Row([name, .. counts.Select(count => count == 0 ? "" : Page.Short(count))]);

    [LibraryImport("libc", EntryPoint = "kill", SetLastError = true)]
    private static partial int Kill(int process, int signal);
}
