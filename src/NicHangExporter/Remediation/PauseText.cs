using NicHangExporter.Linux.Ethtool;

namespace NicHangExporter.Remediation;

/// <summary>Flow control as text for the journal, <c>autoneg=on rx=on tx=off</c>, and back.</summary>
internal static class PauseText
{
    public static string Format(PauseParameters pause) =>
        $"autoneg={OnOff(pause.Autonegotiation)} rx={OnOff(pause.Rx)} tx={OnOff(pause.Tx)}";

    /// <summary>Null if the text is anything else: a journal may have been edited.</summary>
    public static PauseParameters? Parse(string? text)
    {
        foreach (var autonegotiation in (bool[])[false, true])
            foreach (var rx in (bool[])[false, true])
                foreach (var tx in (bool[])[false, true])
                    if (new PauseParameters(autonegotiation, rx, tx) is var pause && Format(pause) == text)
                        return pause;
        return null;
    }

    public static string OnOff(bool on) => on ? "on" : "off";
}
