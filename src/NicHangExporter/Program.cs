using NicHangExporter;
using NicHangExporter.Cli;
using NicHangExporter.Configuration;
using NicHangExporter.Exposition;

var commandLine = new CommandLine();
var result = commandLine.Parse(args);

// Help and version are the library's; errors are ours: all of them, one line each, exit code 2.
if (result.Action is System.CommandLine.Help.HelpAction)
    return await result.InvokeAsync();
if (result.Action?.GetType().Name.StartsWith("Version", StringComparison.Ordinal) == true)
{
    var (version, revision) = MetricsEndpoint.BuildVersion;
    Console.WriteLine($"nic-hang-exporter, version {version} (revision: {revision})");
    return 0;
}
var errors = commandLine.Errors(result);
if (result.CommandResult.Command == commandLine.Diagnose)
{
    if (errors.Count > 0)
        return Refuse(errors);
    var (file, format) = commandLine.DiagnoseArguments(result);
    return DiagnoseCommand.Run(file, format == "json", Console.OpenStandardInput, Console.Out, Console.Error);
}

var options = OptionsLoader.Load(commandLine.Settings(result, errors), Environment.GetEnvironmentVariables(), errors);
if (errors.Count > 0)
    return Refuse(errors);
if (commandLine.IsConfigCheck(result))
{
    Console.WriteLine("The configuration is sound.");
    return 0;
}
return await ExporterHost.RunAsync(ExporterHost.Build(options, TimeProvider.System));

static int Refuse(List<string> errors)
{
    foreach (var error in errors)
        Console.Error.WriteLine($"nic-hang-exporter: {error.Split('\n')[0]}");
    return 2;
}
