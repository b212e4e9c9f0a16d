using NicHangExporter.Control;

namespace NicHangExporter.Cli;

/// <summary>What a command of the console shows or does.</summary>
internal enum ConsoleVerb
{
    /// <summary>The state of the door.</summary>
    Status,
    /// <summary>The devices as a table.</summary>
    Devices,
    /// <summary>The hang episodes, or one of them.</summary>
    Episodes,
    /// <summary>Whether the running exporter serves.</summary>
    Health,
    /// <summary>Whatever changes something, or says what it would change.</summary>
    Change,
}

/// <summary>A command of the console, read from the command line and well formed.</summary>
/// <param name="Verb">What is asked for.</param>
/// <param name="Json">The answer as one line of JSON instead of text for people.</param>
internal sealed record ConsoleCall(ConsoleVerb Verb, bool Json)
{
    /// <summary>What to ask the daemon, or do without one.</summary>
    public ControlRequest Request { get; init; } = new(ControlCommand.Status);

    /// <summary>The episode to show; null for a list of all.</summary>
    public string? Episode { get; init; }
}
