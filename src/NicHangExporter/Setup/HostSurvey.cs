using NicHangExporter.Linux;
using NicHangExporter.Linux.Sysfs;
using NicHangExporter.Options;
using NicHangExporter.Persistence;

namespace NicHangExporter.Setup;

/// <summary>What <c>setup</c> found on the host. Reading it changes nothing.</summary>
internal sealed record HostSurvey
{
    /// <summary>The NICs with a bus address, those that hung first, then by name.</summary>
    public required IReadOnlyList<SurveyedNic> Nics { get; init; }

    /// <summary>What the logs could not tell, in one line each.</summary>
    public required IReadOnlyList<string> Gaps { get; init; }

    /// <summary>The service.</summary>
    public required UnitState Unit { get; init; }

    /// <summary>The socket of the persistence helper.</summary>
    public required UnitState Socket { get; init; }

    /// <summary>True on a host of Proxmox VE.</summary>
    public required bool IsProxmox { get; init; }

    /// <summary>The NIC to propose: the one that hung most, else the first one whose driver is known to hang.</summary>
    public SurveyedNic? Proposal => Nics.FirstOrDefault(nic => nic.IsCandidate);

    /// <summary>Reads the host.</summary>
    /// <exception cref="LinuxException">sysfs can't be read.</exception>
    /// <exception cref="PersistenceException">A file of a network manager can't be read.</exception>
    public static HostSurvey Read(PathOptions paths, string? searchPath)
    {
        var root = HostRoot.From(paths);
        var devices = new NetClass(paths.Sysfs);
        var logs = KernelLogHistory.Read(paths.Kmsg, root.Path, searchPath);
        var nics = HostNic.List(root).Select(nic => SurveyedNic.Read(root, devices, nic, logs))
            .OrderByDescending(nic => nic.Hangs.Now + nic.Hangs.Before).ThenBy(nic => nic.Name).ToList();
        return new HostSurvey
        {
            Nics = nics,
            Gaps = logs.Gaps,
            Unit = new ServiceUnit(root.Path, searchPath).Read(),
            Socket = new ServiceUnit(root.Path, searchPath, ServiceUnit.SocketName).Read(),
            IsProxmox = Directory.Exists(Path.Join(root.Path, "etc/pve"))
                && File.Exists(Path.Join(root.Path, "usr/bin/pveversion")),
        };
    }

    /// <summary>Finds the NIC that a person names.</summary>
    /// <param name="root">The host.</param>
    /// <param name="nameOrAddress">An interface name or a bus address.</param>
    /// <exception cref="SetupException">There is no such NIC, or the exporter can't heal it.</exception>
    public SurveyedNic Find(HostRoot root, string nameOrAddress)
    {
        var nic = Nics.FirstOrDefault(nic => nic.Name.ToString() == nameOrAddress)
            ?? Nics.FirstOrDefault(nic => nic.Bus.ToString() == nameOrAddress);
        if (nic is null)
            throw Unknown(root, nameOrAddress);
        if (nic.Driver is null)
            throw new SetupException($"--device: {nic.Title} has no driver, so nothing can be changed on it");
        if (nic.IsVirtualFunction)
            throw new SetupException($"--device: {nic.Title} is a virtual function: "
                + "its settings follow the physical function, so set the host of that one up");
        return nic;
    }

    private SetupException Unknown(HostRoot root, string nameOrAddress)
    {
        var here = Nics.Count == 0 ? "this host has none" : $"here {(Nics.Count == 1 ? "is" : "are")} "
            + string.Join(", ", Nics.Select(nic => nic.Title));
        return Directory.Exists(Path.Join(root.Sysfs, "class/net", nameOrAddress))
            ? new SetupException($"--device: {nameOrAddress} has no hardware of its own (a bridge, bond, VLAN or "
                + $"guest): name the NIC below it; {here}")
            : new SetupException($"--device: there is no NIC '{nameOrAddress}': {here}");
    }
}
