using Microsoft.AspNetCore.Http;
using NicHangExporter.Options;

namespace NicHangExporter.Tests.Api;

/// <summary>The API over the whole engine, and the route that changes devices.</summary>
public abstract class RemediationRouteFixture : IDisposable
{
    private protected const string Path = "/api/v1/remediations";

    private protected ApiHost _api = new();

    public void Dispose()
    {
        _api.Dispose();
        GC.SuppressFinalize(this);
    }

    /// <summary>A request to change a device that nobody has handled yet.</summary>
    private protected static DefaultHttpContext Request(ReadOnlySpan<byte> body) =>
        ApiHost.Context("POST", Path, body.ToArray(), ApiHost.Remediate);

    private protected static async Task<(int Status, string? Problem)> RefusalAsync(Task<ApiReply> asked)
    {
        var reply = await asked;
        return (reply.Status, reply.Problem);
    }

    private protected void Restart(Func<ExporterOptions, ExporterOptions> configure)
    {
        _api.Dispose();
        _api = new(configure);
    }
}
