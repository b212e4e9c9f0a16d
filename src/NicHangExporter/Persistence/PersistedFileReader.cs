using NicHangExporter.Linux;

namespace NicHangExporter.Persistence;

/// <summary>Finds the state of a persistence file: whether it is edited, and whether its reader applies it.</summary>
internal static class PersistedFileReader
{
    public static PersistedFile Read(
        HostRoot root, string path, PersistencePlace place, PersistenceText text, IReadOnlyList<HostNic> nics)
    {
        var nic = nics.FirstOrDefault(nic => nic.Bus == text.Bus);
        var manager = nic is null ? NetworkManagerKind.None : NicOwner.Find(root, nic).Manager;
        var reason = text.IsEdited ? Edited(path)
            : nic is null ? $"no NIC of this host has the address {text.Bus}"
            : place.Way switch
            {
                PersistenceWay.Link => WhyNoLink(root, path, nic),
                PersistenceWay.Udev => WhyNoRule(root, nic),
                _ => WhyNoHook(root, path, place, manager),
            };
        return new PersistedFile
        {
            Path = path,
            Bus = text.Bus,
            Way = place.Way,
            DeviceThen = text.Device,
            Nic = nic,
            Manager = manager,
            Profile = text.Profile,
            Settings = text.Settings,
            State = text.IsEdited ? PersistedState.Edited
                : reason is null ? PersistedState.InForce
                : PersistedState.NotInForce,
            Reason = reason,
            NotCovered = PersistenceEvents.NotCovered(place.Way, manager),
        };
    }

    /// <summary>The line about an edited file.</summary>
    public static string Edited(string path) =>
        $"{path} was edited after it was written, so it stays as it is: delete it yourself, or undo the change";

    // udev's record is from the last event of the NIC. A file that is newer applies at the next one if it comes first.
    private static string? WhyNoLink(HostRoot root, string path, HostNic nic)
    {
        if (UdevRecord.Read(root, nic.Index)?.LinkFile is not { } inForce)
            return $"udev applies no .link file to {nic.Device}";
        var name = Path.GetFileName(inForce);
        if (Path.GetFileName(path) == PersistencePlace.DropInName)
            return Path.GetFileName(Path.GetDirectoryName(path)) == $"{name}.d" ? null
                : $"{inForce} is in force for {nic.Device} now: persist the settings again";
        return string.CompareOrdinal(Path.GetFileName(path), name) <= 0 ? null
            : $"{inForce} is in force for {nic.Device} and comes first: persist the settings again";
    }

    private static string? WhyNoRule(HostRoot root, HostNic nic) =>
        UdevRecord.Read(root, nic.Index) is null ? $"udev does not handle {nic.Device}"
            : PlanContext.FindEthtool(root) is null ? "ethtool is not installed"
            : null;

    private static string? WhyNoHook(
        HostRoot root, string path, PersistencePlace place, NetworkManagerKind manager) =>
        !place.Managers.Contains(manager)
            ? $"the manager of the device is {ManagerNames.Of(manager)}, which does not run this hook: persist the"
                + " settings again"
            : PlanContext.FindEthtool(root) is null ? "ethtool is not installed"
            // By a power cut after the renaming, or by hand.
            : FileStatus.TryReadUnfollowed(root.Full(path), out var status) == Errno.None
                && (place.Mode & ~status.Mode).HasFlag(UnixFileMode.UserExecute)
                ? "the script is not executable, so the manager does not run it: persist the settings again"
            : null;
}
