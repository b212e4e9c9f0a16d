namespace NicHangExporter.Diagnose.LogText;

/// <summary>Who wrote a line of a log, as far as the line itself says.</summary>
internal enum LogOrigin
{
    /// <summary>The line doesn't say: bare text, or dmesg without facilities.</summary>
    Unknown,
    /// <summary>The kernel: facility 0, or the syslog tag <c>kernel:</c>.</summary>
    Kernel,
    /// <summary>A process. Whatever it quotes, it is no message of the kernel.</summary>
    Process,
}
