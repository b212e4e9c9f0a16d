namespace NicHangExporter.Persistence;

/// <summary>The names of network managers in sentences.</summary>
internal static class ManagerNames
{
    public static string Of(NetworkManagerKind manager) => manager switch
    {
        NetworkManagerKind.Networkmanager => "NetworkManager",
        NetworkManagerKind.Networkd => "systemd-networkd",
        NetworkManagerKind.Ifupdown2 => "ifupdown2",
        NetworkManagerKind.Ifupdown => "ifupdown",
        NetworkManagerKind.Netifd => "netifd",
        _ => "no known manager",
    };
}
