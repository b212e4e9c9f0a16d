using System.Text;
using System.Text.Json;
using Microsoft.Extensions.Logging;
using Microsoft.Extensions.Time.Testing;
using NicHangExporter.Linux;
using NicHangExporter.Options;
using NicHangExporter.Remediation.Journaling;
using NicHangExporter.State;

namespace NicHangExporter.Tests.Remediation;

/// <summary>
/// A process that writes a journal. It adds up what it appends, as the store does, and knows what was acknowledged.
/// </summary>
internal sealed class JournalWriter : IDisposable
{
    private readonly RecordingLogger _log;
    private readonly ILoggerFactory _factory;

    public JournalWriter(ExporterOptions options, StateDirectory directory, JournalFiles? files = null,
        RecordingLogger? log = null)
    {
        _log = log ?? new RecordingLogger();
        _factory = LoggerFactory.Create(builder => builder.AddProvider(_log));
        Journal = new Journal(options, directory, Clock, _factory.CreateLogger<Journal>(), files);
        Open();
    }

    public FakeTimeProvider Clock { get; } = new();
    public Journal Journal { get; }
    public JournalHistory History { get; private set; } = JournalHistory.Nothing;
    public RemediationState State { get; private set; } = RemediationState.Empty;
    public long Seq { get; private set; }

    /// <summary>The numbers of the acknowledged entries.</summary>
    public List<long> Acknowledged { get; } = [];

    /// <summary>The number of checkpoints: files begun.</summary>
    public int Checkpoints { get; private set; }

    public IEnumerable<string> Lines(int eventId) =>
        _log.Entries.Where(entry => entry.Event == eventId).Select(entry => entry.Message);

    public void Open()
    {
        History = Journal.Open();
        (State, Seq) = (History.State, History.LastSeq);
    }

    /// <summary>Appends the next entry; false if it is not on the disk.</summary>
    public bool Append(JournalEntry entry)
    {
        entry = entry with { Seq = Seq + 1 };
        var before = State;
        var onDisk = Journal.Append(entry, () =>
        {
            Checkpoints++;
            return new JournalEntry(JournalEvent.Checkpoint)
            {
                Time = entry.Time,
                Boot = entry.Boot,
                Uptime = entry.Uptime,
                Age = entry.Age,
                State = before
            };
        });
        Seq++;
        State = State.After(entry);
        if (onDisk)
            Acknowledged.Add(Seq);
        return onDisk;
    }

    public void Dispose()
    {
        Journal.Dispose();
        _factory.Dispose();
        _log.Dispose();
    }

    /// <summary>A state as text, to compare it.</summary>
    public static string Text(RemediationState state) =>
        JsonSerializer.Serialize(new JournalEntry(JournalEvent.Checkpoint) { State = state },
            JournalJson.Default.JournalEntry);

    /// <summary>The entries of a file without its checkpoint.</summary>
    public static IEnumerable<JournalEntry> Entries(byte[] content)
    {
        foreach (var line in Encoding.UTF8.GetString(content).Split('\n')[..^1])
        {
            Assert.Null(JournalLine.TryParse(Encoding.UTF8.GetBytes(line), out var entry));
            if (entry.Event != JournalEvent.Checkpoint)
                yield return entry;
        }
    }
}
