namespace NicHangExporter.Tests.Api;

/// <summary>The API, and a valid request to change a device.</summary>
public abstract class StrictnessFixture : IDisposable
{
    private protected const string Path = "/api/v1/remediations";
    private protected const string Body = """{"device":"eno1","dryRun":true}""";

    private protected readonly ApiHost _api = new();

    public void Dispose()
    {
        _api.Dispose();
        GC.SuppressFinalize(this);
    }
}
