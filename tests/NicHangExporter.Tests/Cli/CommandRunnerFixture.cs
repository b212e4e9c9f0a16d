using System.Text.Json;
using NicHangExporter.Api;
using NicHangExporter.Cli;
using NicHangExporter.Options;
using NicHangExporter.Remediation;
using NicHangExporter.State;
using NicHangExporter.TestSupport;

namespace NicHangExporter.Tests.Cli;

/// <summary>A host with one device, a daemon or none, and a console.</summary>
public abstract class CommandRunnerFixture : IDisposable
{
    private protected static readonly RemediationOutcome Applied =
        new("7", "eno1", RemediationVerdict.Applied, "Done.");

    private protected readonly SocketServer _daemon = new();
    private protected readonly TestSupport.TemporaryDirectory _sysfs = new();
    private protected readonly StringWriter _output = new();
    private protected readonly StringWriter _error = new();
    private protected readonly List<string?> _directories = [];
    private protected readonly RecordedApi _offline = new() { Outcome = RemediationResponse.Of(Applied) };

    private protected CommandRunnerFixture() => Directory.CreateDirectory(_sysfs.File("class/net/eno1"));

    public void Dispose()
    {
        _daemon.Dispose();
        _sysfs.Dispose();
        GC.SuppressFinalize(this);
    }

    private protected static ConsoleCall Remediate(bool dryRun = false, string device = "eno1") =>
        new(ConsoleVerb.Remediate, Json: false)
        {
            Device = device,
            Remediation = new CreateRemediationRequest(device) { DryRun = dryRun },
        };

    // A dry run, so that nothing is said before the answer.
    private protected static ConsoleCall Call(ConsoleVerb verb) => new(verb, Json: false)
    {
        Device = "eno1",
        Remediation = verb == ConsoleVerb.Remediate ? new CreateRemediationRequest("eno1") { DryRun = true } : null,
        Rollback = verb == ConsoleVerb.Rollback ? new RollbackRequest { DryRun = true } : null,
    };

    private protected static string Json(RemediationResponse body) =>
        JsonSerializer.Serialize(body, ApiJson.Answers.RemediationResponse);

    private protected static string Json(DeviceList body) => JsonSerializer.Serialize(body, ApiJson.Answers.DeviceList);

    private protected static string Unbroken(StringWriter text) =>
        string.Join(' ', text.ToString().Split((char[])[' ', '\n'], StringSplitOptions.RemoveEmptyEntries));

    private protected Task<int> RunAsync(ConsoleCall call)
    {
        var options = new ExporterOptions { Paths = new() { StateDirectory = _daemon.Directory, Sysfs = _sysfs.Path } };
        OfflineApiFactory offline = (directory, _) =>
        {
            _directories.Add(directory);
            return _offline;
        };
        return new CommandRunner(options, offline, TimeProvider.System, _output, _error).RunAsync(call);
    }
}
