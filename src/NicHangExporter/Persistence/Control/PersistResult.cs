using System.Collections.Immutable;

namespace NicHangExporter.Persistence.Control;

/// <summary>What was written for a device, or would be.</summary>
internal sealed record PersistResult
{
    /// <summary>The name of the device now.</summary>
    public required string Device { get; init; }

    /// <summary>Its address on the bus.</summary>
    public required string Bus { get; init; }

    /// <summary>The network manager of the device.</summary>
    public required NetworkManagerKind Manager { get; init; }

    /// <summary>The way that was taken.</summary>
    public required PersistenceWay Way { get; init; }

    /// <summary>The file on the host.</summary>
    public required string Path { get; init; }

    /// <summary>What the file keeps off.</summary>
    public required ImmutableArray<string> Settings { get; init; }

    /// <summary>The text of the file; null unless it is a dry run.</summary>
    public string? Content { get; init; }

    /// <summary>False if the file was already there with this content, and for a dry run.</summary>
    public bool Changed { get; init; }

    /// <summary>Files of another way that were removed.</summary>
    public ImmutableArray<string> Removed { get; init; } = [];

    /// <summary>The events that the file does not survive, one line each.</summary>
    public ImmutableArray<string> NotSurvived { get; init; } = [];

    /// <summary>Remarks for a person, one line each.</summary>
    public ImmutableArray<string> Notes { get; init; } = [];

    /// <summary>What a plan would write.</summary>
    public static PersistResult Of(PersistencePlan plan) => new()
    {
        Device = plan.Nic.Device.ToString(),
        Bus = plan.Nic.Bus.ToString(),
        Manager = plan.Manager,
        Way = plan.Way,
        Path = plan.Path,
        Settings = plan.Settings,
        NotSurvived = [.. plan.NotCovered.Select(coverage => coverage.Text)],
        Notes = plan.Notes,
    };

    /// <summary>What a plan has written.</summary>
    public static PersistResult Of(PersistencePlan plan, PersistenceApplied applied)
    {
        var result = Of(plan);
        return result with
        {
            Changed = applied.Changed,
            Removed = applied.Removed,
            Notes = [.. result.Notes, .. applied.Notes],
        };
    }
}
