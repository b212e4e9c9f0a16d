namespace NicHangExporter.Detection.Patterns;

/// <summary>What a <see cref="MessageKind.Fatal"/> message says is wrong with the device: it decides what can be done about it.</summary>
internal enum DeviceTrouble
{
    /// <summary>Nothing: the message is of another kind.</summary>
    None,
    /// <summary>It is gone from its bus, or an error there has taken it away.</summary>
    OffBus,
    /// <summary>Its firmware has failed, or runs in a recovery mode.</summary>
    Firmware,
    /// <summary>It does not answer to the driver: commands, register reads, a heartbeat.</summary>
    NoAnswer,
    /// <summary>It was stopped because it is too hot.</summary>
    Overheated,
    /// <summary>An error of the hardware, or a reset of the driver that did not help.</summary>
    Failed,
}
