using System.Buffers;

namespace NicHangExporter.Exposition;

/// <summary>Room for one exposition, used again by a later scrape.</summary>
internal sealed class ExpositionBody
{
    private const int FirstCapacity = 64 * 1024;

    /// <summary>The exposition.</summary>
    public ArrayBufferWriter<byte> Text { get; } = new(FirstCapacity);

    /// <summary>Where our registry puts its part, which it only writes to a stream.</summary>
    public MemoryStream Ours { get; } = new();

    /// <summary>Makes both empty and keeps their room.</summary>
    public void Clear()
    {
        Text.ResetWrittenCount();
        Ours.SetLength(0);
    }
}
