using NicHangExporter.Linux;

namespace NicHangExporter.Metrics;

/// <summary>What happened to a watched device.</summary>
internal enum DeviceNewsKind
{
    /// <summary>It is new, or has another name.</summary>
    Appeared,

    /// <summary>Its link is up. The driver may have changed settings without a notification.</summary>
    LinkUp,

    /// <summary>Its link is down.</summary>
    LinkDown,

    /// <summary>Somebody changed a setting that ethtool shows.</summary>
    Settings,
}

/// <summary>Something that happened to a watched device, as the kernel notified it.</summary>
internal readonly record struct DeviceNews(InterfaceName Device, DeviceNewsKind Kind);
