using System.Text;
using System.Text.Json;
using NicHangExporter.Diagnose;
using NicHangExporter.Linux;

namespace NicHangExporter.Tests.Diagnose;

/// <summary>Runs the command over bytes and takes its JSON apart again.</summary>
internal static class DiagnosedText
{
    public static DiagnosisJson Text(string log) => Bytes(Encoding.UTF8.GetBytes(log));

    public static DiagnosisJson Bytes(byte[] log)
    {
        using var output = new StringWriter();
        using var error = new StringWriter();
        Assert.Equal(
            DiagnoseCommand.Success, DiagnoseCommand.Run(new MemoryStream(log), "log", json: true, output, error));
        Assert.Empty(error.ToString());
        return JsonSerializer.Deserialize(output.ToString(), DiagnosisJsonContext.Default.DiagnosisJson)!;
    }

    public static string Prose(byte[] log)
    {
        using var output = new StringWriter();
        using var error = new StringWriter();
        Assert.Equal(
            DiagnoseCommand.Success, DiagnoseCommand.Run(new MemoryStream(log), "log", json: false, output, error));
        Assert.Empty(error.ToString());
        return output.ToString();
    }

    public static string Prose(string log) => Prose(Encoding.UTF8.GetBytes(log));

    /// <summary>Asserts the counts of each device.</summary>
    public static void Counts(
        string log,
        params (
            string? Device, string? Bus, string? Driver, int Hangs, int Watchdogs, int Resets, int Downs, int Ups,
            int Episodes, string Shape)[] expected) =>
        Assert.Equal(
            expected,
            Text(log).Devices.Select(device =>
                (device.Device, device.Bus, device.Driver, device.HangMessages, device.WatchdogMessages, device.Resets,
                    device.LinkDowns, device.LinkUps, device.Episodes, device.Shape)));
}
