using NicHangExporter.Linux;
using NicHangExporter.Linux.Ethtool;
using NicHangExporter.Linux.Link;
using NicHangExporter.Linux.Uapi;

namespace NicHangExporter.Tests;

// The commands of ethtool and the link ioctl.
internal sealed partial class SimulatedNic
{
    public DeviceFeatures Features() =>
        new([.. _features.Select(
            feature => new Feature(feature.Key, feature.Value.Available, feature.Value.Requested, IsActive(feature.Key),
                false))]);

    public SetFeaturesResult Set(IReadOnlyList<FeatureChange> changes)
    {
        var result = SetFeaturesResult.Accepted;
        foreach (var change in changes)
        {
            var what = $"{change.Name} {(change.On ? "on" : "off")}";
            Operate(what);
            if (!_features.TryGetValue(change.Name, out var state))
                throw new ArgumentException($"This kernel has no feature '{change.Name}'.", nameof(changes));
            if (!state.Available)
                result |= SetFeaturesResult.Unsupported;
            else if (!SilentlyKept.Contains(change.Name))
            {
                _features[change.Name] = (true, change.On);
                if (Resetting.Contains(change.Name) && state.Requested != change.On)
                    Reset(change.Name);
                if (IsActive(change.Name) != change.On)
                    result |= SetFeaturesResult.Wish;
            }
            After(what);
        }
        return result;
    }

    public bool Renegotiate()
    {
        Operate("reinit");
        if (!IsUp)
            throw new LinuxException("SIOCETHTOOL ETHTOOL_NWAY_RST", Name, Errno.Again);
        Reset("reinit");
        After("reinit");
        return true;
    }

    public bool SwitchEee(bool on)
    {
        if (Eee is null)
            return false;
        Operate(on ? "eee on" : "eee off");
        Eee = Eee with { Enabled = on, Active = on, Advertised = on ? 8u : 0 };
        Reset("eee");
        After(on ? "eee on" : "eee off");
        return true;
    }

    public bool SwitchPause(PauseParameters pause)
    {
        if (Pause is null)
            return false;
        Operate("pause");
        Pause = pause;
        Reset("pause");
        After("pause");
        return true;
    }

    /// <summary>The ioctls of <see cref="LinkFlags"/>.</summary>
    public int Link(int request, ref IfReq argument)
    {
        if (request == Sockios.ReadFlags)
        {
            argument.Flags =
                (ushort)(InterfaceFlags.Broadcast | InterfaceFlags.Multicast | (IsUp ? InterfaceFlags.Up : 0));
            return 0;
        }
        var up = ((InterfaceFlags)argument.Flags & InterfaceFlags.Up) != 0;
        try
        {
            Operate(up ? "up" : "down");
        }
        catch (LinuxException exception)
        {
            return -(int)exception.Errno;
        }
        IsUp = up;
        if (up)
            Reset("bounce");
        else
            HasCarrier = false;
        Show();
        After(up ? "up" : "down");
        return 0;
    }
}
