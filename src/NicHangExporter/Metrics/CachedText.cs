namespace NicHangExporter.Metrics;

/// <summary>
/// A part of an exposition that is rendered again only after its source has changed. Not thread-safe.
/// </summary>
/// <param name="render">Writes the part.</param>
internal sealed class CachedText(Action<ExpositionWriter> render)
{
    private const int FirstBlock = 512;

    private readonly Text?[] _texts = new Text?[Enum.GetValues<ExpositionFormat>().Length];

    /// <summary>Writes the part.</summary>
    /// <param name="writer">Receives the text.</param>
    /// <param name="version">The version of the source, read before this call. A change after it gives a higher
    /// one.</param>
    public void Write(ExpositionWriter writer, long version)
    {
        var text = _texts[(int)writer.Format] ??= new Text(writer.Format);
        if (text.Version != version)
        {
            text.Body.Clear();
            render(text.Writer);
            text.Version = version;
        }
        writer.Append(text.Body);
    }

    private sealed class Text
    {
        public Text(ExpositionFormat format) => Writer = new ExpositionWriter(Body, format);

        public ExpositionBody Body { get; } = new(FirstBlock);

        public ExpositionWriter Writer { get; }

        public long Version { get; set; } = -1;
    }
}
