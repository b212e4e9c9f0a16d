using System.Text;
using Microsoft.AspNetCore.Http;
using Microsoft.Extensions.Primitives;
using NicHangExporter.Hosting;

namespace NicHangExporter.Tests.Api;

/// <summary>A million attempts without a valid token. The seed is fixed: a failure can be repeated.</summary>
public sealed class AuthenticationFloodTests : IDisposable
{
    private const int Attempts = 1_000_000;
    private const int Kinds = 10;

    private readonly TokenFiles _files = new();
    private readonly Random _random = new(20260724);

    public void Dispose() => _files.Dispose();

    [Fact]
    public async Task MillionAttempts_NoneIsAccepted()
    {
        string[] tokens = [.. new[]
            { "read", "remediate", "admin" }.Select(scope => _files.Add(scope, scope, TokenFiles.NewToken()))];
        var store = _files.Open();
        var huge = new string('A', 16 * 1024);
        var context = new DefaultHttpContext();

        var accepted = 0;
        for (var attempt = 0; attempt < Attempts; attempt++)
        {
            var token = tokens[attempt % tokens.Length];
            if (attempt % Kinds == 0)
            {
                context.Request.Headers.Authorization =
                    new StringValues([TokenFiles.Bearer(token), TokenFiles.Bearer(token)]);
                accepted += store.Authenticate(context) is null ? 0 : 1;
                continue;
            }
            var header = (attempt % Kinds) switch
            {
                1 => TokenFiles.Bearer(RandomToken(64)),
                2 => TokenFiles.Bearer(NearMiss(token)),
                3 => TokenFiles.Bearer(Torn(token)),
                4 => attempt % 3 == 0 ? "" : "Bearer " + new string(' ', _random.Next(3)),
                5 => TokenFiles.Bearer(token + huge[.._random.Next(1, huge.Length)]),
                6 => Pick("Basic ", "Digest ", "ApiKey ", "Bearer:", "Bearer", "Token ", "") + token,
                7 => TokenFiles.Bearer(OtherCase(token)),
                8 => "Basic "
                + Pick(token, Convert.ToBase64String(Encoding.UTF8.GetBytes("admin:" + token)), "====", "YWRtaW4",
                    "\0"),
                _ => TokenFiles.Bearer(
                    Pick(token + " ", token + "\0", "\u00a0" + token, token + "," + token,
                        token.Insert(_random.Next(1, token.Length), "\r\n"), RandomText(_random.Next(700)))),
            };
            accepted += store.Authenticate(header) is null ? 0 : 1;
        }

        Assert.Equal(0, accepted);
        // Each was checked and counted.
        Assert.Equal(
            Attempts,
            System.Text.RegularExpressions.Regex.Matches(
                await _files.MetricsAsync(), @"^nichang_api_authentication_failures_total\{.*\} (\d+)$",
                System.Text.RegularExpressions.RegexOptions.Multiline)
            .Sum(match => int.Parse(match.Groups[1].Value, System.Globalization.CultureInfo.InvariantCulture)));
        Assert.All(tokens, token => Assert.NotNull(store.Authenticate(TokenFiles.Bearer(token))));
        Assert.InRange(_files.Log.Count(EventIds.AuthenticationRefused), 1, 2);
    }

    private string Pick(params ReadOnlySpan<string> choice) => choice[_random.Next(choice.Length)];

    private string RandomToken(int length) =>
        string.Create(length, _random, (span, random) => random.GetItems("0123456789abcdef", span));

    private string RandomText(int length) => string.Create(length, _random, (span, random) =>
    {
        foreach (ref var character in span)
            character = (char)random.Next(1, 0x180);
    });

    private string NearMiss(string token)
    {
        var at = _random.Next(token.Length);
        var other = (char)_random.Next('!', '~' + 1);
        return token[..at] + (other == token[at] ? '~' : other) + token[(at + 1)..];
    }

    private string Torn(string token) => _random.Next(3) switch
    {
        0 => token[_random.Next(1, token.Length)..],
        1 => token[..^_random.Next(1, token.Length)],
        _ => token + (char)_random.Next('!', '~' + 1),
    };

    // A token of digits alone has no other case.
    private static string OtherCase(string token) =>
        token.ToUpperInvariant() is var upper && upper != token ? upper : token + "A";
}
