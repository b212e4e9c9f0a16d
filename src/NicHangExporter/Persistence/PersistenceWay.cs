namespace NicHangExporter.Persistence;

/// <summary>How settings are kept across reboots, in the order of preference.</summary>
internal enum PersistenceWay
{
    /// <summary>A systemd <c>.link</c> file, or a drop-in of the one in force. udev applies it.</summary>
    Link,
    /// <summary>A udev rule that runs ethtool.</summary>
    Udev,
    /// <summary>A script in a hook folder of the network manager.</summary>
    Hook,
}
