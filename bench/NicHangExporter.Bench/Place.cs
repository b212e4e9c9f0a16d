using System.Globalization;

namespace NicHangExporter.Bench;

/// <summary>The network namespace of this process, and the paths of the programs to compare.</summary>
/// <param name="Devices">Number of veth devices in the namespace.</param>
/// <param name="Exporter">Path of this exporter.</param>
/// <param name="NodeExporter">Path of node_exporter.</param>
/// <param name="Work">Directory for results and state directories.</param>
/// <param name="Far">Path of the namespace with the other ends of the devices.</param>
internal sealed record Place(int Devices, string Exporter, string NodeExporter, string Work, string Far)
{
    /// <summary>"1 device and lo" or "10 devices and lo".</summary>
    public string Title => Of(Devices) + " and lo";

    /// <summary>From the arguments of the command line.</summary>
    public static Place Of(string devices, string exporter, string nodeExporter, string work, string far) =>
        new(int.Parse(devices, CultureInfo.InvariantCulture), exporter, nodeExporter, work, far);

    /// <summary>"1 device" or "10 devices".</summary>
    public static string Of(int devices) =>
        string.Create(CultureInfo.InvariantCulture, $"{devices} device{(devices == 1 ? "" : "s")}");

    /// <summary>A new state directory for an exporter.</summary>
    public string State(string key) => Path.Combine(Work, $"state-{Devices}-{key}-{Environment.ProcessId}");

    /// <summary>The results of one command in this namespace.</summary>
    public Results Results(string command) =>
        new(Work, string.Create(CultureInfo.InvariantCulture, $"{command}-{Devices}"));
}
