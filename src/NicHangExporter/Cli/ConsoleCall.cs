using NicHangExporter.Api;

namespace NicHangExporter.Cli;

/// <summary>The commands of the console.</summary>
internal enum ConsoleVerb
{
    /// <summary>Shows modes, kill switch and remediations.</summary>
    Status,
    /// <summary>Lists the devices as a table.</summary>
    Devices,
    /// <summary>Lists the hang episodes, or shows one of them.</summary>
    Episodes,
    /// <summary>Asks whether the running exporter serves.</summary>
    Health,
    /// <summary>Changes a device, or shows what would be changed.</summary>
    Remediate,
    /// <summary>Undoes all changes to a device.</summary>
    Rollback,
    /// <summary>Keeps settings of a device off at boot, or shows what would be written.</summary>
    Persist,
    /// <summary>Lists what is kept off at boot.</summary>
    ShowPersisted,
    /// <summary>Removes what keeps settings of a device off at boot.</summary>
    Unpersist,
    /// <summary>Ends the quarantine of a device.</summary>
    ClearQuarantine,
    /// <summary>Sets the kill switch.</summary>
    Pause,
    /// <summary>Lifts the kill switch.</summary>
    Resume,
}

/// <summary>A command of the console, read from the command line and well formed.</summary>
/// <param name="Verb">The command.</param>
/// <param name="Json">The answer is one line of JSON instead of text for people.</param>
internal sealed record ConsoleCall(ConsoleVerb Verb, bool Json)
{
    /// <summary>The device as it was written, a name or a bus address; empty for a command without a device.</summary>
    public string Device { get; init; } = "";

    /// <summary>The body of <see cref="ConsoleVerb.Remediate"/>; null for the other commands.</summary>
    public CreateRemediationRequest? Remediation { get; init; }

    /// <summary>The body of <see cref="ConsoleVerb.Rollback"/>; null for the other commands.</summary>
    public RollbackRequest? Rollback { get; init; }

    /// <summary>The body of <see cref="ConsoleVerb.Persist"/>; null for the other commands.</summary>
    public PersistRequest? Persistence { get; init; }

    /// <summary>The episode to show; null for a list of all.</summary>
    public string? Episode { get; init; }

    /// <summary>The command changes nothing: it shows what is, or what would be changed.</summary>
    public bool IsDryRun =>
        Remediation?.DryRun ?? Rollback?.DryRun ?? Persistence?.DryRun ?? Verb == ConsoleVerb.ShowPersisted;
}
