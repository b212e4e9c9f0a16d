using NicHangExporter.Options;

namespace NicHangExporter.Setup;

/// <summary>What the person or the command line decides.</summary>
/// <param name="Nics">The devices to name in the configuration, at least one.</param>
/// <param name="Mode">Observe or enforce.</param>
/// <param name="Persist">Keep the settings of a healed device over reboots; null leaves it as it is.</param>
/// <param name="Profile">A profile to persist now; null for none.</param>
internal sealed record SetupChoice(
    IReadOnlyList<SurveyedNic> Nics, RemediationMode Mode, bool? Persist, string? Profile)
{
    /// <summary>The addresses of the devices, each once: one function can have several ports.</summary>
    public IReadOnlyList<string> Addresses => [.. Nics.Select(nic => nic.Bus.ToString()).Distinct()];
}
