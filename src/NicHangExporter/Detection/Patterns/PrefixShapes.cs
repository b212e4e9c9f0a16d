namespace NicHangExporter.Detection.Patterns;

/// <summary>
/// The forms of prefix in which the kernel names a device. Each row of the table lists the forms that it accepts.
/// </summary>
[Flags]
internal enum PrefixShapes
{
    /// <summary>None.</summary>
    None = 0,
    /// <summary>Includes the interface: <c>netdev_err()</c> and its predecessors.</summary>
    Netdev = 1,
    /// <summary>
    /// Driver and bus address only, <c>igb 0000:01:00.0: </c>: <c>dev_err()</c>. The row must list the driver.
    /// </summary>
    Device = 2,
    /// <summary>Module only, <c>ixgbevf: </c>: <c>pr_err()</c>.</summary>
    Module = 4,
    /// <summary><c>bnx2x: [bnx2x_panic_dump:917(eth0)]</c>. The module is optional.</summary>
    Function = 8,
    /// <summary><c>mlx5_core 0000:08:00.0: poll_health:717:(pid 0): </c>.</summary>
    Traced = 16,
    /// <summary>Ends with the interface and a blank instead of a colon: <c>e1000e: eth0 NIC Link is Down</c>.</summary>
    NameBlank = 32,
    /// <summary>No prefix. The message itself names the device.</summary>
    Bare = 64,
    /// <summary>One word and a colon, <c>eth0: </c>: an interface, unless the row lists the word as a module.</summary>
    Word = 128,
}
