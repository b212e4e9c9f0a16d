namespace NicHangExporter.Hangs;

/// <summary>What is wrong with a device that reports more than a hang. It decides what can help; no setting of the interface does.</summary>
internal enum FaultKind
{
    /// <summary>The device has left the bus, or the driver has given it up and detached it.</summary>
    OffBus,
    /// <summary>The device's firmware is dead, reports an error, or does not finish a reset.</summary>
    Firmware,
    /// <summary>What a virtual device depends on (the host, the cloud provider) does not answer.</summary>
    OtherSide,
    /// <summary>A virtual function is not served by its physical function.</summary>
    PhysicalFunction,
    /// <summary>A USB adapter does not answer any more.</summary>
    Usb,
    /// <summary>The device was stopped because it was too hot.</summary>
    Heat,
    /// <summary>The device refused what a driver gave it, and stopped the queue.</summary>
    Refused,
    /// <summary>An error of the device or of its access to memory.</summary>
    Hardware,
}
