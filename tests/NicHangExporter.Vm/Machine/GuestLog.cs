using System.Globalization;
using System.Net.Sockets;
using System.Text;
using System.Text.RegularExpressions;

namespace NicHangExporter.Vm.Machine;

/// <summary>One record of the guest's kernel log.</summary>
/// <param name="Sequence">Its sequence number.</param>
/// <param name="Time">When it was written: by printk's own clock if parsed from a line, by the guest's clock
/// (CLOCK_MONOTONIC) in a <see cref="GuestLog"/>.</param>
/// <param name="IsKernels">The kernel wrote it, not user space.</param>
/// <param name="Text">As in /dev/kmsg, with line ends as \x0a.</param>
internal sealed record GuestRecord(long Sequence, TimeSpan Time, bool IsKernels, string Text)
{
    /// <summary>Parses one line of the stream; null for continuation lines of the record before.</summary>
    public static GuestRecord? Parse(string line)
    {
        // "3,395,8501061,-;e1000e 0000:00:1f.6 eno1: …": priority and facility, number, microseconds, flags; text.
        var semicolon = line.IndexOf(';', StringComparison.Ordinal);
        if (semicolon < 0 || line[..semicolon].Split(',') is not [var priority, var sequence, var microseconds, ..]
            || !int.TryParse(priority, NumberStyles.None, CultureInfo.InvariantCulture, out var level)
            || !long.TryParse(sequence, NumberStyles.None, CultureInfo.InvariantCulture, out var number)
                || !long.TryParse(microseconds, NumberStyles.None, CultureInfo.InvariantCulture, out var time))
            return null;
        return new GuestRecord(number, TimeSpan.FromMicroseconds(time), level < 8, line[(semicolon + 1)..]);
    }

    /// <summary>True for a message of a driver or the core about a device that begins with this text.</summary>
    public bool Says(string device, string text) =>
        IsKernels && Text.Contains($" {device}: {text}", StringComparison.Ordinal);
}

/// <summary>
/// The guest's kernel log as a live stream, over its own serial port, independent of the exporter and the network.
/// printk's clock is some hundredths of a second behind CLOCK_MONOTONIC. guest/init runs <c>nic-fault clock</c> before
/// it reports that it is ready; that gives the difference.
/// </summary>
internal sealed partial class GuestLog : IDisposable
{
    private readonly StreamReader _reader;
    /// <summary>
    /// The number of lines that nic-fault writes each time. A delay between its clock reading and the record makes a
    /// difference smaller, so the largest difference is right.
    /// </summary>
    private const int Looks = 5;

    private readonly List<GuestRecord> _records = [];
    private readonly Queue<TimeSpan> _behind = [];
    private readonly TaskCompletionSource _compared = new(TaskCreationOptions.RunContinuationsAsynchronously);
    private readonly Task _reading;

    public GuestLog(Socket socket)
    {
        _reader = new StreamReader(new NetworkStream(socket, ownsSocket: true), Encoding.UTF8);
        _reading = ReadAsync();
    }

    /// <summary>Completes when the difference of the clocks is known. Before that there are no records.</summary>
    public Task Compared => _compared.Task;

    /// <summary>All records so far.</summary>
    public IReadOnlyList<GuestRecord> Records
    {
        get
        {
            // Reports an error of the reader immediately instead of waiting for the time limit.
            if (_reading.IsFaulted)
                _reading.GetAwaiter().GetResult();
            lock (_records)
                return _behind.Count < Looks ? []
                : [.. _records.Select(record => record with { Time = record.Time + _behind.Max() })];
        }
    }

    /// <summary>The number of the last record. Later records have higher numbers.</summary>
    public long Last => Records is [.., var last] ? last.Sequence : -1;

    /// <summary>The records after a number that contain a text about a device.</summary>
    public IReadOnlyList<GuestRecord> Of(string device, string text, long after = -1) =>
        [.. Records.Where(record => record.Sequence > after && record.Says(device, text))];

    /// <summary>Waits for a number of such records, and returns them.</summary>
    public Task<IReadOnlyList<GuestRecord>> WaitAsync(string device, string text, long after, int count = 1) =>
        Eventually.HoldsAsync(
            $"the guest's kernel says '{text}' of {device}, {count} times", () =>
                Of(device, text, after), records => records.Count >= count, TimeSpan.FromMinutes(2));

    public void Dispose() => _reader.Dispose();

    private void Add(GuestRecord record)
    {
        lock (_records)
        {
            _records.Add(record);
            if (Clock().Match(record.Text) is not { Success: true } clock)
                return;
            _behind.Enqueue(
                TimeSpan.FromSeconds(double.Parse(clock.Groups[1].Value, CultureInfo.InvariantCulture)) - record.Time);
            if (_behind.Count > Looks)
                _behind.Dequeue();
            if (_behind.Count == Looks)
                _compared.TrySetResult();
        }
    }

    [GeneratedRegex("^nic-fault: clock ([0-9.]+)$")]
    private static partial Regex Clock();

    private async Task ReadAsync()
    {
        try
        {
            while (await _reader.ReadLineAsync() is { } line)
                if (GuestRecord.Parse(line) is { } record)
                    Add(record);
        }
        catch (Exception error) when (error is IOException or ObjectDisposedException)
        {
            // The guest has ended.
        }
    }
}
