using System.Collections.Immutable;
using NicHangExporter.Linux;
using NicHangExporter.Linux.Sysfs;

namespace NicHangExporter.Persistence;

/// <summary>
/// A <c>.link</c> file. Only the first file that matches a NIC applies, so a new file takes the place of an old one
/// with its name pin: a NIC without its own file gets one, any other file gets a drop-in. A drop-in of 99-default.link
/// would apply to all NICs, and a [Match] in a drop-in narrows the file itself.
/// </summary>
internal static class LinkWay
{
    /// <summary>The keys of [Match] that name one NIC.</summary>
    private static readonly ImmutableArray<string> SpecificKeys =
        ["MACAddress", "PermanentMACAddress", "Path", "OriginalName"];

    private static readonly PersistencePlace Place = PersistencePlace.All[0];

    public static WayProposal? Propose(PlanContext context, out string? reason)
    {
        reason = null;
        if (context.Udev?.LinkFile is not { } inForce)
        {
            reason = "udev applies no .link file to the device";
            return null;
        }
        var keys = LinkKeys.Find(
            context.Request.Settings, SystemdVersion.Read(context.Root), context.Request.Features, out reason);
        if (reason is not null)
            return null;
        var name = Path.GetFileName(inForce);
        if (name == DefaultLink.Name || name == Path.GetFileName(Place.FileOf(context.Nic.Bus)))
            return OwnFile(context, keys, out reason);
        reason = WhyNoDropIn(context, inForce);
        return reason is not null ? null
            : Proposal(PersistencePlace.DropInOf(inForce), keys, $"[Link]\n{Lines(keys)}");
    }

    private static WayProposal? OwnFile(PlanContext context, ImmutableArray<string> keys, out string? reason)
    {
        reason = null;
        if (context.Udev?.PersistentPath is not { } path)
            reason = "udev knows no ID_PATH of the device";
        else if (DeviceType(context) is { } type)
            reason = $"the device is of type {type}, not an ordinary Ethernet device";
        else if (DefaultLink.Read(context.Root, out reason) is { } policies)
            return Proposal(
                Place.FileOf(context.Nic.Bus), keys,
                $"[Match]\nPath={path}\nType=ether\n\n[Link]\n{string.Concat(policies)}{Lines(keys)}");
        return null;
    }

    private static string? WhyNoDropIn(PlanContext context, string inForce)
    {
        var users = UdevRecord.CountUsers(context.Root, inForce);
        if (users > 1)
            return $"{inForce} is in force for {users} interfaces";
        if (context.Ports.Length > 1)
            return $"the device has {context.Ports.Length} ports";
        if (Path.GetFileName(inForce).StartsWith(Place.Prefix, StringComparison.Ordinal))
            return $"{inForce} is the file of another device";
        var match = IniLine.Parse(context.Root.ReadLines(inForce)).Where(line => line.Section == "Match");
        return match.Any(line => SpecificKeys.Contains(line.Key) && line.Value.Length > 0
            && line.Value.AsSpan().IndexOfAny("*?[! ") < 0) ? null
            : $"[Match] of {inForce} does not name one NIC";
    }

    private static WayProposal Proposal(string path, ImmutableArray<string> keys, string body) => new(
        path, PersistencePlace.Plain, IsProgram: false, body,
        [
            "By hand: delete this file. Then run, if the host has it: update-initramfs -u -k all",
        ],
        keys.Contains(LinkKeys.TransmitChecksum)
            ? [$"{LinkKeys.TransmitChecksum}=no also turns segmentation off, which depends on it"] : []);

    private static string Lines(ImmutableArray<string> keys) => string.Concat(keys.Select(key => $"{key}=no\n"));

    // DEVTYPE of the uevent, such as wlan; null for an Ethernet device.
    private static string? DeviceType(PlanContext context)
    {
        Span<byte> text = stackalloc byte[512];
        using var device = new NetClass(context.Root.Sysfs).Open(context.Nic.Device);
        return device?.TryReadText("uevent\0"u8, text, out var length) == Errno.None
            ? System.Text.Encoding.UTF8.GetString(text[..length]).Split('\n')
                .FirstOrDefault(line => line.StartsWith("DEVTYPE=", StringComparison.Ordinal))?["DEVTYPE=".Length..]
            : null;
    }
}
