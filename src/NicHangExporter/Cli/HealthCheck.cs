using System.Net;
using NicHangExporter.Options;
using NicHangExporter.Text;
using NicHangExporter.Web;

namespace NicHangExporter.Cli;

/// <summary>
/// <c>healthcheck</c>: asks the running exporter at its own address whether it serves. It is for the health checks of
/// containers, whose image has no other program for that. It knows the address from the same sources as the exporter.
/// </summary>
/// <param name="address">An address of the exporter, with a port.</param>
/// <param name="mayHaveTls">True where there is a web configuration.</param>
/// <param name="clock">The clock.</param>
internal sealed class HealthCheck(ListenAddress address, bool mayHaveTls, TimeProvider clock)
{
    /// <summary>Shorter than the timeout of usual health checks, whose message would not name a reason.</summary>
    private static readonly TimeSpan Timeout = TimeSpan.FromSeconds(3);

    /// <summary>Asks once.</summary>
    /// <returns>One line, and whether the exporter is healthy.</returns>
    public async Task<(bool IsHealthy, string Line)> RunAsync()
    {
        using var end = new CancellationTokenSource(Timeout, clock);
        // The exporter tells whether it has TLS, not the file: the file may have been broken since the start.
        var line = "";
        foreach (var scheme in mayHaveTls ? new[] { "https", "http" } : ["http"])
        {
            var (isHealthy, answer) =
                await AskAsync($"{scheme}://{EndPointOf(address)}{WebConfigMiddleware.HealthPath}", end.Token);
            if (isHealthy || line.Length == 0)
                line = answer;
            if (isHealthy)
                return (true, line);
        }
        return (false, line);
    }

    /// <summary>The host and port to ask: loopback if the exporter listens on all addresses.</summary>
    public static IPEndPoint EndPointOf(ListenAddress address) => new(
        address.Address is null || address.Address.Equals(IPAddress.Any) ? IPAddress.Loopback
            : address.Address.Equals(IPAddress.IPv6Any) ? IPAddress.IPv6Loopback : address.Address,
        address.Port);

    private static async Task<(bool IsHealthy, string Line)> AskAsync(string url, CancellationToken end)
    {
        var asksForCertificate = false;
        using var handler = new SocketsHttpHandler { AllowAutoRedirect = false, UseProxy = false, UseCookies = false,
            ActivityHeadersPropagator = null };
        // Nothing is sent that a wrong server could misuse, and the certificate is for other names than this address.
        handler.SslOptions.RemoteCertificateValidationCallback = (_, certificate, _, _) => certificate is not null;
        handler.SslOptions.LocalCertificateSelectionCallback = (_, _, _, remote, _) =>
        {
            // It is called once before the handshake as well.
            asksForCertificate |= remote is not null;
            return null!;
        };
        try
        {
            using var sender = new HttpMessageInvoker(handler);
            using var request = new HttpRequestMessage(HttpMethod.Get, url);
            using var answer = await sender.SendAsync(request, end);
            return answer.StatusCode == HttpStatusCode.OK ? (true, $"healthy: {url} answers")
                : (false, $"unhealthy: {url} answers {(int)answer.StatusCode}");
        }
        catch (OperationCanceledException)
        {
            return (false, $"unhealthy: {url} does not answer within {PrometheusDuration.Format(Timeout)}");
        }
        catch (HttpRequestException) when (asksForCertificate)
        {
            return (false,
                $"unhealthy: {url} requires a client certificate, which healthcheck does not have: run without this "
                + $"check");
        }
        catch (HttpRequestException exception)
        {
            return (false, $"unhealthy: {url}: {exception.GetBaseException().Message.ReplaceLineEndings(" ")}");
        }
    }
}
