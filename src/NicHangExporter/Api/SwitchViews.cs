namespace NicHangExporter.Api;

/// <summary>What came of lifting a quarantine.</summary>
/// <param name="Device">The device's name.</param>
/// <param name="Cleared">Something was lifted; false where there was nothing to lift.</param>
internal sealed record QuarantineView(string Device, bool Cleared)
{
    /// <summary>A sentence, where nothing was lifted.</summary>
    public string? Explanation { get; init; }
}

/// <summary>Whether the kill switch is set.</summary>
/// <param name="Paused">It is, by command or by its file: nothing is changed, save to undo.</param>
internal sealed record PauseView(bool Paused)
{
    /// <summary>A sentence, where it is set although it was to be lifted.</summary>
    public string? Explanation { get; init; }
}
