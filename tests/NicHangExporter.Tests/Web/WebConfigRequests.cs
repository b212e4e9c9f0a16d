using System.Text;

namespace NicHangExporter.Tests.Web;

/// <summary>Requests with credentials, to a configuration with one user.</summary>
public abstract class WebConfigRequests
{
    private protected const string Password = "correct horse battery staple";

    // Cost 4: the least that bcrypt has.
    private protected static readonly string Users =
        $"basic_auth_users:\n  alice: {BCrypt.Net.BCrypt.HashPassword(Password, 4)}\n";

    private protected static string Basic(string credentials) =>
        "Basic " + Convert.ToBase64String(Encoding.UTF8.GetBytes(credentials));

    private protected static string Bearer(string token) => "Bearer " + token;

    private protected static async Task<HttpResponseMessage> SendAsync(
        HttpClient client, string path, string? authorization)
    {
        using var request = new HttpRequestMessage(HttpMethod.Get, new Uri(client.BaseAddress + path.TrimStart('/')));
        if (path.StartsWith("//", StringComparison.Ordinal))
            request.RequestUri = new Uri(client.BaseAddress + path[1..]);
        if (authorization is not null)
            Assert.True(request.Headers.TryAddWithoutValidation("Authorization", authorization));
        return await client.SendAsync(request, TestContext.Current.CancellationToken);
    }
}
