namespace NicHangExporter.Detection.Patterns;

/// <summary>The fault in a <see cref="MessageKind.Fatal"/> message. It determines the advice.</summary>
internal enum DeviceTrouble
{
    /// <summary>No fault: the message is of another kind.</summary>
    None,
    /// <summary>The device has disappeared from its bus, or an error on the bus has disconnected it.</summary>
    OffBus,
    /// <summary>The firmware has failed, or runs in a recovery mode.</summary>
    Firmware,
    /// <summary>The device does not answer the driver: commands, register reads, a heartbeat.</summary>
    NoAnswer,
    /// <summary>The device was stopped because it is too hot.</summary>
    Overheated,
    /// <summary>A hardware error, or a reset by the driver that did not help.</summary>
    Failed,
}
