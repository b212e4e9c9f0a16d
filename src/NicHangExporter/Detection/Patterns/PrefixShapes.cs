namespace NicHangExporter.Detection.Patterns;

/// <summary>The ways in which the kernel names a device in front of a message. A row of the table says which of them it takes.</summary>
[Flags]
internal enum PrefixShapes
{
    /// <summary>No such shape.</summary>
    None = 0,
    /// <summary>Names the interface: <c>netdev_err()</c> and its ancestors.</summary>
    Netdev = 1,
    /// <summary>Names driver and bus address only, <c>igb 0000:01:00.0: </c>: <c>dev_err()</c>. The driver must be in the row.</summary>
    Device = 2,
    /// <summary>Names the module only, <c>ixgbevf: </c>: <c>pr_err()</c>.</summary>
    Module = 4,
    /// <summary><c>bnx2x: [bnx2x_panic_dump:917(eth0)]</c>, the module being optional.</summary>
    Function = 8,
    /// <summary><c>mlx5_core 0000:08:00.0: poll_health:717:(pid 0): </c>.</summary>
    Traced = 16,
    /// <summary>Ends with the interface and a blank instead of a colon: <c>e1000e: eth0 NIC Link is Down</c>.</summary>
    NameBlank = 32,
    /// <summary>Nothing in front; the message carries the device itself.</summary>
    Bare = 64,
    /// <summary>One word and a colon, <c>eth0: </c>: an interface, unless the row knows the word as a module.</summary>
    Word = 128,
}
