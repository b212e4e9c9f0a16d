namespace NicHangExporter.Api;

/// <summary>A wish to change a device.</summary>
/// <param name="Device">The device, by name or by its address on the bus. There is no way to mean all of them.</param>
internal sealed record CreateRemediationRequest(string Device)
{
    /// <summary>A profile by name. Without one and without features: whatever stage of the device's ladder is next.</summary>
    public string? Profile { get; init; }

    /// <summary>Settings to turn off instead of a profile: features by ethtool's short names or the kernel's, eee, pause.</summary>
    public IReadOnlyList<string>? Features { get; init; }

    /// <summary>Also un-wedge the device: the next rung of recovery.</summary>
    public bool Recover { get; init; }

    /// <summary>Only say what would be done.</summary>
    public bool DryRun { get; init; }

    /// <summary>Why, in the asker's words; it goes into the journal.</summary>
    public string? Reason { get; init; }
}

/// <summary>A wish to undo everything that was decided for a device.</summary>
internal sealed record RollbackRequest
{
    /// <summary>Only say what would be done.</summary>
    public bool DryRun { get; init; }

    /// <summary>Why, in the asker's words; it goes into the journal.</summary>
    public string? Reason { get; init; }
}

/// <summary>Nothing is to be said but the path.</summary>
internal sealed record EmptyRequest;
