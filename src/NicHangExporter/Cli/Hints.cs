using NicHangExporter.Api;
using NicHangExporter.Linux;
using NicHangExporter.Remediation;
using NicHangExporter.Remediation.Policy;
using NicHangExporter.Text;

namespace NicHangExporter.Cli;

/// <summary>What a person can do after an outcome: a table from verdict or reason to sentences and commands.</summary>
internal static class Hints
{
    private const string Program = "nic-hang-exporter";

    /// <summary>The lines, each with the word before it; a command has no such word.</summary>
    public static IEnumerable<(string Lead, string Text)> After(RemediationResponse outcome, bool isRollback = false)
    {
        var device = Device(outcome.Device);
        return outcome.Verdict switch
        {
            RemediationVerdict.Healed or RemediationVerdict.Applied when !isRollback
                && outcome.Before is { Count: > 0 } =>
                Command("undo", "", $"rollback {device}"),
            RemediationVerdict.NothingToDo when !isRollback =>
                Next("If it hangs all the same, the next stage of the ladder "
                + "or another profile is worth a try; --recover ends a hang in progress."),
            RemediationVerdict.NotHealed =>
                Next("The next recovery action. After the last one, only unbinding the driver "
                + "or a reboot helps, at times a cold one:", $"remediate --recover {device}"),
            RemediationVerdict.DidNotHold => Next("The next stage of the ladder:", $"remediate --recover {device}"),
            RemediationVerdict.Inconclusive =>
                Next("There was nothing to send. Send something, ping the gateway, then look:", "devices"),
            RemediationVerdict.RolledBack => Next("The settings are as before. Try something smaller "
                + "(--features with one name), and look at the cable and the switch port."),
            RemediationVerdict.RollbackFailed =>
            [
                ("next", "The settings are not as before. Look yourself, then undo what is left:"),
                ("", $"ethtool -k {Word(outcome.Device)}"),
                ("", $"{Program} rollback {device}"),
            ],
            RemediationVerdict.Failed =>
                Next("Nothing was changed. What a plan would do, and what the driver allows:",
                    $"remediate --dry-run {device}"),
            RemediationVerdict.DeviceGone => Next("See what is there:", "devices"),
            RemediationVerdict.Unverified =>
            [
                ("next", "The change stands, unproven. Look, or undo it:"),
                ("", $"{Program} devices"),
                ("", $"{Program} rollback {device}"),
            ],
            RemediationVerdict.Declined => Declined(outcome.Declined, device),
            RemediationVerdict.DryRun when outcome.Declined is { } reason => Declined(reason, device),
            _ => [],
        };
    }

    private static IEnumerable<(string, string)> Declined(DeclineReason? reason, string device) => reason switch
    {
        DeclineReason.ModeOff => Next("Remediation is off for the caller; for the console it never is."),
        DeclineReason.Paused => Next("Lift the pause, or remove the file of remediation.disable-file:", "resume"),
        DeclineReason.UnknownDevice or DeclineReason.NotHung => Next("See what is there:", "devices"),
        DeclineReason.Upper => Next("Name one of its ports instead."),
        DeclineReason.NotAllowed =>
            Next("If it is the right one, add it to remediation.devices and restart the daemon."),
        DeclineReason.NoProfile => Next("Say what to turn off:", $"remediate --features tso,gso {device}"),
        DeclineReason.UnknownSetting =>
            Next("What the device has:", $"remediate --dry-run --features tso,gso {device}"),
        DeclineReason.NothingChangeable => Next("Nothing of it can be turned off here; "
            + "where the driver runs as a guest, its host has the setting."),
        DeclineReason.Cooldown =>
            Next("Ask again then, or end the cool-down. A rollback does not wait.", $"quarantine clear {device}"),
        DeclineReason.Quarantined =>
            Next("The budget is there to make somebody look. If you have:", $"quarantine clear {device}"),
        DeclineReason.Ambiguous => Next("Look at the switch, its power and the cables."),
        DeclineReason.BootGrace or DeclineReason.ShuttingDown => Next("Ask again in a minute."),
        DeclineReason.Busy => Next("One at a time. What is in progress:", "status"),
        DeclineReason.Bond => Next("See that another port of the bond has a link, then ask again."),
        DeclineReason.JournalUnavailable => Next("Give a writable --state.directory with free space on its disk, "
            + "as in /var/lib/nic-hang-exporter."),
        DeclineReason.NothingToRollBack => Next("Nothing was decided for it. What is known of each device:", "devices"),
        DeclineReason.Incapable => Next("Run as root, or with CAP_NET_ADMIN."),
        _ => [],
    };

    private static IEnumerable<(string, string)> Next(string text) => [("next", text)];

    private static IEnumerable<(string, string)> Next(string text, string command) => Command("next", text, command);

    private static IEnumerable<(string, string)> Command(string lead, string text, string command) => text.Length == 0
        ? [(lead, $"{Program} {command}")]
        : [(lead, text), ("", $"{Program} {command}")];

    // Last, and behind -- if it could be taken for a flag.
    private static string Device(string name) => name.StartsWith('-') ? $"-- {Word(name)}" : Word(name);

    private static string Word(string name) =>
        InterfaceName.TryParse(name, out var device) ? ShellQuote.Quote(device) : name;
}
