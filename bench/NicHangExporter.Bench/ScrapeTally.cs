using System.Diagnostics;

namespace NicHangExporter.Bench;

/// <summary>The measurements of one peer's scrapes.</summary>
internal sealed class ScrapeTally(Peer peer)
{
    private readonly List<double> _milliseconds = [];
    private TimeSpan _cpu;

    public Peer Peer { get; } = peer;
    public int Scrapes { get; private set; }
    public int Bytes { get; private set; }
    public int Samples { get; private set; }
    public double IdleMebibytes { get; private set; }
    public double LoadedMebibytes { get; private set; }

    /// <summary>CPU time without requests, in µs per second.</summary>
    public double IdleMicroseconds { get; set; }

    /// <summary>CPU time of one scrape, in µs.</summary>
    public double Microseconds => _cpu.TotalMicroseconds / _milliseconds.Count;

    /// <summary>The percentile of the scrape duration, in ms.</summary>
    public double Percentile(double part) =>
        _milliseconds.Order().ElementAt((int)Math.Ceiling(part * _milliseconds.Count) - 1);

    /// <summary>Scrapes that are not measured, until caches are filled and the heap has its final size.</summary>
    public async Task WarmUpAsync(int scrapes)
    {
        IdleMebibytes = Peer.ResidentMebibytes;
        for (; Scrapes < scrapes; Scrapes++)
            Count(await Peer.ScrapeAsync());
    }

    /// <summary>Scrapes for a duration, one scrape after the other.</summary>
    public async Task MeasureAsync(TimeSpan length)
    {
        var before = Peer.Cpu;
        var start = Stopwatch.GetTimestamp();
        do
        {
            var sent = Stopwatch.GetTimestamp();
            await Peer.ScrapeAsync();
            _milliseconds.Add(Stopwatch.GetElapsedTime(sent).TotalMilliseconds);
            Scrapes++;
        }
        while (Stopwatch.GetElapsedTime(start) < length);
        _cpu += Peer.Cpu - before;
    }

    /// <summary>Continues until a number of scrapes is reached, and measures the memory.</summary>
    public async Task CompleteAsync(int scrapes)
    {
        for (; Scrapes < scrapes; Scrapes++)
            await Peer.ScrapeAsync();
        LoadedMebibytes = Peer.ResidentMebibytes;
    }

    // A sample is a line that is not a comment.
    private void Count(ReadOnlyMemory<byte> body)
    {
        (Bytes, Samples) = (body.Length, 0);
        foreach (var line in body.Span.Split((byte)'\n'))
            if (!body.Span[line].IsEmpty && body.Span[line][0] != '#')
                Samples++;
    }
}
