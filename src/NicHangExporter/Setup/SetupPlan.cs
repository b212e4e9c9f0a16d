using NicHangExporter.Options;

namespace NicHangExporter.Setup;

/// <summary>What <c>setup</c> would do. Nothing is written yet.</summary>
internal sealed record SetupPlan
{
    /// <summary>The decisions.</summary>
    public required SetupChoice Choice { get; init; }

    /// <summary>The file as it is.</summary>
    public required ConfigurationFileState File { get; init; }

    /// <summary>The file as it is to be.</summary>
    public required ConfigurationText Next { get; init; }

    /// <summary>The options that the daemon will have.</summary>
    public required ExporterOptions Options { get; init; }

    /// <summary>The keys that get another value.</summary>
    public required IReadOnlyList<KeyChange> Changes { get; init; }

    /// <summary>The service before.</summary>
    public required UnitState Unit { get; init; }

    /// <summary>The socket of the persistence helper before.</summary>
    public required UnitState Socket { get; init; }

    /// <summary>Persistence files to write now.</summary>
    public required IReadOnlyList<ProfileFile> NewFiles { get; init; }

    /// <summary>Remarks, one line each.</summary>
    public required IReadOnlyList<string> Notes { get; init; }

    /// <summary>The file gets another content.</summary>
    public bool ChangesFile => Changes.Count > 0;

    /// <summary>The service is to be enabled or started.</summary>
    public bool StartsUnit => Unit.IsToBeStarted;

    /// <summary>The service persists settings, and can't do so itself.</summary>
    public bool NeedsSocket => Options.Remediation.Persist && Unit is { IsInstalled: true, IsRoot: false };

    /// <summary>The socket is to be enabled or started.</summary>
    public bool StartsSocket => NeedsSocket && Socket.IsToBeStarted;

    /// <summary>The service is to read the new file.</summary>
    public bool RestartsUnit => ChangesFile && Unit.IsActive;

    /// <summary>There is something to do.</summary>
    public bool HasWork => ChangesFile || StartsUnit || StartsSocket || NewFiles.Count > 0;

    /// <summary>The steps, one line each.</summary>
    public IEnumerable<string> Steps()
    {
        var before = File.Text.Values;
        if (ChangesFile)
            yield return $"write into {File.Name}:";
        foreach (var change in Changes)
            yield return before.TryGetValue(change.Name, out var values)
                ? $"  {change.Line} (was {string.Join(", ", values)})" : $"  {change.Line}";
        if (StartsSocket)
            yield return $"enable and start {ServiceUnit.SocketName}";
        if (StartsUnit)
            yield return $"enable and start {ServiceUnit.Name}";
        if (RestartsUnit)
            yield return $"restart {ServiceUnit.Name}";
        foreach (var file in NewFiles)
        {
            yield return $"write {file.Path}, which keeps off at boot:";
            foreach (var setting in file.Settings)
                yield return $"  {setting}";
        }
    }
}
