using NicHangExporter.Detection.Patterns;
using NicHangExporter.Diagnose.LogText;

namespace NicHangExporter.Diagnose;

/// <summary>A kernel log that was read to its end.</summary>
/// <param name="Devices">The devices with any count, in the order of their first lines.</param>
/// <param name="Lines">The number of lines.</param>
/// <param name="System">The system that wrote the log, as far as the text shows it.</param>
/// <param name="CutLines">The number of lines that are cut off within their message.</param>
internal sealed record DiagnosedLog(
    IReadOnlyList<DeviceDiagnosis> Devices, long Lines, LogSystem System, int CutLines)
{
    /// <summary>Reads a log in any form that can be pasted, and of any bytes.</summary>
    /// <exception cref="InvalidDataException">The log is in a format that must be unpacked first.</exception>
    /// <exception cref="IOException">The log can't be read.</exception>
    public static DiagnosedLog Read(Stream input)
    {
        var diagnosis = new Diagnosis(Diagnosis.DefaultGap);
        var records = new LogRecordReader(LogInput.Open(input), Diagnosis.DefaultGap);
        var cutLines = 0;
        while (records.TryRead(out var record))
            if (record.Text.StartsWith("Linux version "u8))
                diagnosis.ObserveBoot();
            else if (HangDetector.TryDetect(record.Text, record.Subsystem, record.Device, record.Mode, out var message))
                diagnosis.Observe(message, record.At);
            else if (record.IsCutOff)
                cutLines++;
        return new DiagnosedLog(diagnosis.Conclude(), records.Lines, records.System, cutLines);
    }
}
