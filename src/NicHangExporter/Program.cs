using NicHangExporter;
using NicHangExporter.Api;
using NicHangExporter.Cli;
using NicHangExporter.Configuration;
using NicHangExporter.Exposition;
using NicHangExporter.Web;

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

var call = commandLine.Console(result, errors);
var settings = commandLine.Settings(result, errors);
var options = OptionsLoader.Load(settings, Environment.GetEnvironmentVariables(), errors);
if (call is null)
{
    CredentialStore.Check(options, errors);
    WebConfigStore.Check(options, TimeProvider.System, errors);
}
if (errors.Count > 0)
    return Refuse(errors);
if (call is not null)
{
    // The answer says what there is to say; the log is for whoever asks for it.
    if (settings.All(setting => setting.Name != "log.level"))
        options.LogLevel = LogLevel.Error;
    return await new ConsoleRun(options, AloneHost.ActAsync, TimeProvider.System, Console.Out, Console.Error).RunAsync(call);
}
if (commandLine.IsConfigCheck(result))
{
    // Of the host, not of the configuration, which may be checked elsewhere: a warning, and no error.
    foreach (var warning in ConfigurationWarnings.Of(options))
        Console.Error.WriteLine($"nic-hang-exporter: warning: {ConsolePage.Clean(warning)}");
    Console.WriteLine("The configuration is sound.");
    return 0;
}
return await ExporterHost.RunAsync(ExporterHost.Build(options, TimeProvider.System));

static int Refuse(List<string> errors)
{
    foreach (var error in errors)
        Console.Error.WriteLine($"nic-hang-exporter: {ConsolePage.Clean(error.Split('\n')[0])}");
    return 2;
}
