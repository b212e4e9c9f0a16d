using NicHangExporter.Api.Auth;
using NicHangExporter.Cli;
using NicHangExporter.Diagnose;
using NicHangExporter.Hosting;
using NicHangExporter.Linux;
using NicHangExporter.Options;
using NicHangExporter.Setup;
using NicHangExporter.State;
using NicHangExporter.Web;

// First, because threads inherit the capabilities of the thread that starts them.
try
{
    Capabilities.Raise(Capability.NetAdmin, Capability.SysLog);
}
catch (LinuxException exception)
{
    Console.Error.WriteLine(
        $"nic-hang-exporter: warning: capabilities of the executable are not used: {exception.Message}");
}

var commandLine = new CommandLine();
var result = commandLine.Parse(args);

// The runtime sends escape sequences to a known terminal at its first output (keypad mode).
Environment.SetEnvironmentVariable("TERM", null);
var (output, error) = (Console.Out, Console.Error);

// All errors, one line each, exit code 2.
if (commandLine.TryInform(result, output))
    return 0;
var errors = commandLine.Errors(result);
if (result.CommandResult.Command == commandLine.Diagnose)
{
    if (errors.Count > 0)
        return Refuse(errors);
    var (file, format) = commandLine.DiagnoseArguments(result);
    return DiagnoseCommand.Run(file, format == "json", Console.OpenStandardInput, output, error);
}

if (commandLine.IsSetup(result))
{
    var setup = commandLine.Setup(result, errors);
    var given = commandLine.Settings(result, errors);
    var paths = OptionsLoader.Combine(given, errors).Paths;
    if (setup is null || errors.Count > 0)
        return Refuse(errors);
    var configuration = given.Find(setting => setting.Name == "config.file")?.Values[0];
    return new SetupRunner(paths, SetupPlaces.From(paths, configuration), new ProfilePersister(paths).Persist)
    {
        Terminal = TerminalInput.Open(),
        Output = output,
        Error = error,
        SearchPath = Environment.GetEnvironmentVariable("PATH"),
    }.Run(setup);
}

var call = commandLine.Console(result, errors);
var settings = commandLine.Settings(result, errors);
var options = OptionsLoader.Load(settings, Environment.GetEnvironmentVariables(), errors);
if (call is null && result.CommandResult.Command != commandLine.PersistHelper)
{
    CredentialStore.Check(options, errors);
    WebConfigStore.Check(options, TimeProvider.System, errors);
    options = AlertingConfigFile.Load(options, errors);
    StateDirectory.Check(options, errors);
}
if (errors.Count > 0)
    return Refuse(errors);
if (call is not null)
{
    // The output has the answer. The log is only for a user who sets its level.
    if (settings.All(setting => setting.Name != "log.level"))
        options = options with { Logging = options.Logging with { Level = LogLevel.Error } };
    OfflineApiFactory offline = (directory, say) => new OfflineHost(options, directory, say);
    return await new CommandRunner(options, offline, TimeProvider.System, output, error).RunAsync(call);
}
if (result.CommandResult.Command == commandLine.PersistHelper)
    return await PersistHelperCommand.RunAsync(options, error);
if (commandLine.IsConfigCheck(result))
{
    // Of the host, not of the configuration, which may be checked elsewhere: a warning, and no error.
    foreach (var warning in ConfigurationWarnings.Of(options))
        error.WriteLine($"nic-hang-exporter: warning: {ConsoleWriter.Clean(warning)}");
    if (options.Paths.StateDirectory is { } directory && StateDirectory.FaultOf(directory) is { } fault)
        error.WriteLine(
            "nic-hang-exporter: warning: a restart will forget, because of state.directory: "
            + $"{ConsoleWriter.Clean(fault.Split('\n')[0])}");
    output.WriteLine("The configuration is sound.");
    return 0;
}
return await ExporterHost.RunAsync(ExporterHost.Build(options, TimeProvider.System));

int Refuse(List<string> lines)
{
    foreach (var line in lines)
        error.WriteLine($"nic-hang-exporter: {ConsoleWriter.Clean(line.Split('\n')[0])}");
    return 2;
}
