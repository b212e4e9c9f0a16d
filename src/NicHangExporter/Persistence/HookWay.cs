using System.Collections.Immutable;

namespace NicHangExporter.Persistence;

/// <summary>
/// A shell script in the manager's hook folder. It finds the NIC by its bus address, whichever interface the hook runs
/// for: classic ifupdown never runs a hook for a bridge port without <c>auto</c>.
/// </summary>
internal static class HookWay
{
    public static WayProposal? Propose(PlanContext context, out string? reason)
    {
        var manager = context.Owner.Manager;
        var place = PersistencePlace.All.FirstOrDefault(place => place.Managers.Contains(manager));
        reason = place is null
            ? manager == NetworkManagerKind.None ? "the device has no known network manager"
                : $"{ManagerNames.Of(manager)} has no hooks"
            : context.Ethtool is null ? "ethtool is not installed"
            : manager == NetworkManagerKind.Ifupdown2 && !RunsScripts(context.Root)
                ? "addon_scripts_support is off in /etc/network/ifupdown2/ifupdown2.conf"
                : null;
        if (reason is not null)
            return null;
        // OpenWrt sources its hooks, everything else starts them.
        var isProgram = manager != NetworkManagerKind.Netifd;
        return new WayProposal(
            place!.FileOf(context.Nic.Bus), place.Mode, isProgram, Script(context, isProgram), Removal(manager), []);
    }

    private static ImmutableArray<string> Removal(NetworkManagerKind manager) =>
        manager != NetworkManagerKind.Netifd ? ["By hand: delete this file."]
            :
            [
                "By hand: delete this file.",
                "To keep it after sysupgrade, add its path to /etc/sysupgrade.conf.",
            ];

    private static bool RunsScripts(HostRoot root) =>
        !root.ReadLines("/etc/network/ifupdown2/ifupdown2.conf").Any(line =>
            line.Replace(" ", "", StringComparison.Ordinal) == "addon_scripts_support=0");

    // In parentheses: a sourced script leaves no variable behind. Errors are ignored: one refused setting must stop
    // neither the others nor the network.
    private static string Script(PlanContext context, bool isProgram) =>
        $$"""
        (
        PATH="${PATH:+$PATH:}/usr/sbin:/sbin:/usr/bin:/bin"
        for link in /sys/class/net/*/device; do
            target=$(readlink "$link") || continue
            [ "${target##*/}" = "{{context.Nic.Bus}}" ] || continue
            nic=${link%/device}
            nic=${nic##*/}

        """
        + string.Concat(context.Request.Settings.Select(Command))
        + """
        done
        ) >/dev/null 2>&1

        """
        + (isProgram ? "exit 0\n" : ":\n");

    // EEE and pause renegotiate the link even if they are off, so they are read first.
    private static string Command(string setting) => setting switch
    {
        PersistedSettings.Eee =>
            "    if ethtool --show-eee \"$nic\" | grep -q 'status:.*enabled'; then\n"
            + "        ethtool --set-eee \"$nic\" eee off\n    fi\n",
        PersistedSettings.Pause =>
            "    if ethtool -a \"$nic\" | grep -q 'X:.*on'; then\n"
            + "        ethtool -A \"$nic\" autoneg off rx off tx off\n    fi\n",
        _ => $"    ethtool -K \"$nic\" {setting} off\n",
    };
}
