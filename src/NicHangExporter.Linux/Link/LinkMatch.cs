namespace NicHangExporter.Linux.Link;

/// <summary>How an interface in sysfs compares with the network namespace.</summary>
public enum LinkMatch
{
    /// <summary>Name and number are the same.</summary>
    Same,

    /// <summary>The name belongs to an interface with another number.</summary>
    Different,

    /// <summary>
    /// There is no such interface, or one of the two can't be read. sysfs also shows an interface shortly before it is
    /// registered and shortly after it is removed.
    /// </summary>
    Absent,
}
