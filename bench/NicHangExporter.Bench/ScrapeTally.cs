using System.Diagnostics;

namespace NicHangExporter.Bench;

/// <summary>The measurements of one peer's answers to one kind of request.</summary>
/// <param name="peer">The peer.</param>
/// <param name="name">The name in the table.</param>
/// <param name="request">The request.</param>
/// <param name="traffic">Moves the counters before each scrape.</param>
/// <param name="cores">The cores of the client and of the peer.</param>
internal sealed class ScrapeTally(Peer peer, string name, byte[] request, Traffic traffic, Cores cores)
{
    private readonly List<double> _milliseconds = [];
    private readonly List<double> _microseconds = [];

    public Peer Peer { get; } = peer;
    public string Name { get; } = name;
    public Cores Cores { get; } = cores;
    public int Bytes { get; private set; }

    /// <summary>Lines that are not comments; only for a body that is not compressed.</summary>
    public int Samples { get; private set; }

    /// <summary>CPU time of one scrape, in µs: the median of the turns.</summary>
    public double Microseconds => _microseconds.Median();

    /// <summary>The percentile of the scrape duration, in ms.</summary>
    public double Percentile(double part) => _milliseconds.Percentile(part);

    /// <summary>Measures the size of an answer.</summary>
    public void Weigh()
    {
        var body = Peer.Scrape(request);
        (Bytes, Samples) = (body.Length, 0);
        foreach (var line in body.Split((byte)'\n'))
            if (!body[line].IsEmpty && body[line][0] != '#')
                Samples++;
    }

    /// <summary>Scrapes for a duration, one scrape after the other. Returns the number of scrapes.</summary>
    public int Measure(TimeSpan length)
    {
        Cores.PinCaller();
        Cores.PinProcess(Peer.Id);
        var scrapes = 0;
        var before = Peer.Cpu;
        var start = Stopwatch.GetTimestamp();
        do
        {
            traffic.Send();
            var sent = Stopwatch.GetTimestamp();
            Peer.Scrape(request);
            _milliseconds.Add(Stopwatch.GetElapsedTime(sent).TotalMilliseconds);
            scrapes++;
        }
        while (Stopwatch.GetElapsedTime(start) < length);
        _microseconds.Add((Peer.Cpu - before).TotalMicroseconds / scrapes);
        return scrapes;
    }
}
