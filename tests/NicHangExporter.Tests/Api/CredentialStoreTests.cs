using System.Net;
using Microsoft.AspNetCore.Http;
using Microsoft.Extensions.Primitives;
using NicHangExporter.Api.Auth;
using NicHangExporter.Hosting;
using NicHangExporter.Options;

namespace NicHangExporter.Tests.Api;

public sealed class CredentialStoreTests : IDisposable
{
    private readonly TokenFiles _files = new();

    public void Dispose() => _files.Dispose();

    [Fact]
    public void Store_WithoutFiles_KnowsNobody()
    {
        var store = _files.Open();

        Assert.False(store.IsConfigured);
        Assert.Null(store.Authenticate("Bearer " + new string('0', 64)));
        Assert.Null(store.Authenticate(new DefaultHttpContext()));
    }

    [Fact]
    public void Authenticate_EachToken_IsItsCredential()
    {
        var (read, remediate, admin) = (TokenFiles.NewToken(), TokenFiles.NewToken(), TokenFiles.NewToken());
        _files.Add("grafana", "read", read);
        _files.Add("alertmanager", "remediate", remediate + "\n");
        _files.Add("ops", "admin", admin);
        var store = _files.Open();

        Assert.True(store.IsConfigured);
        Assert.Equal(new Credential("grafana", ApiScope.Read), store.Authenticate(TokenFiles.Bearer(read)));
        Assert.Equal(
            new Credential("alertmanager", ApiScope.Remediate), store.Authenticate(TokenFiles.Bearer(remediate)));
        Assert.Equal(new Credential("ops", ApiScope.Admin), store.Authenticate(TokenFiles.Bearer(admin)));
        Assert.True(store.Authenticate(TokenFiles.Bearer(admin))!.May(ApiScope.Read));
        Assert.False(store.Authenticate(TokenFiles.Bearer(read))!.May(ApiScope.Remediate));
    }

    [Theory]
    [InlineData("Bearer {0}", true)]
    [InlineData("bearer {0}", true)]
    [InlineData("BEARER {0}", true)]
    [InlineData("Bearer  {0}", true)]
    [InlineData("Bearer\t{0}", false)]
    [InlineData("Bearer{0}", false)]
    [InlineData(" Bearer {0}", false)]
    [InlineData("Bearer {0} ", false)]
    [InlineData("Bearer {0}x", false)]
    [InlineData("Bearer x{0}", false)]
    [InlineData("Bearer {0},Bearer {0}", false)]
    [InlineData("Bearer {0} {0}", false)]
    [InlineData("Bearer {0}\0", false)]
    [InlineData("Bearer \"{0}\"", false)]
    [InlineData("Basic {0}", false)]
    [InlineData("Token {0}", false)]
    [InlineData("{0}", false)]
    [InlineData("Bearer ", false)]
    [InlineData("Bearer", false)]
    [InlineData("", false)]
    [InlineData(null, false)]
    public void Authenticate_FormOfTheHeader_IsThatOfRfc6750(string? form, bool accepted)
    {
        var token = _files.Add("ops", "admin", TokenFiles.NewToken());

        Assert.Equal(
            accepted, _files.Open().Authenticate(form?.Replace("{0}", token, StringComparison.Ordinal)) is not null);
    }

    [Fact]
    public void Authenticate_TokenInOtherCase_IsRefused()
    {
        var token = _files.Add("ops", "admin", TokenFiles.NewToken().Replace('0', 'a'));

        Assert.Null(_files.Open().Authenticate(TokenFiles.Bearer(token.ToUpperInvariant())));
    }

    [Fact]
    public void Authenticate_TwoHeaders_AreRefusedThoughBothAreRight()
    {
        var token = TokenFiles.Bearer(_files.Add("ops", "admin", TokenFiles.NewToken()));
        var store = _files.Open();
        var context = new DefaultHttpContext();
        context.Request.Headers.Authorization = token;
        Assert.NotNull(store.Authenticate(context));

        context.Request.Headers.Authorization = new StringValues([token, token]);
        Assert.Null(store.Authenticate(context));
    }

    [Fact]
    public async Task Authenticate_Refused_IsCountedByReasonAndLoggedOnceAMinute()
    {
        var token = _files.Add("ops", "admin", TokenFiles.NewToken());
        var store = _files.Open();
        var canary = TokenFiles.NewToken();
        var context = new DefaultHttpContext { Connection = { RemoteIpAddress = IPAddress.Parse("192.0.2.7") } };
        context.Request.Headers.Authorization = TokenFiles.Bearer(canary);

        for (var i = 0; i < 100; i++)
            Assert.Null(store.Authenticate(context));
        Assert.Null(store.Authenticate((string?)null));
        Assert.Null(store.Authenticate("Basic " + canary));
        Assert.Null(store.Authenticate("Bearer " + canary + canary[..1] + " "));
        _files.Clock.Advance(TimeSpan.FromMinutes(1));
        Assert.Null(store.Authenticate(context));

        var metrics = await _files.MetricsAsync();
        Assert.Contains(
            "nichang_api_authentication_failures_total{reason=\"unknown\"} 101\n", metrics, StringComparison.Ordinal);
        Assert.Contains(
            "nichang_api_authentication_failures_total{reason=\"absent\"} 1\n", metrics, StringComparison.Ordinal);
        Assert.Contains(
            "nichang_api_authentication_failures_total{reason=\"scheme\"} 1\n", metrics, StringComparison.Ordinal);
        Assert.Contains(
            "nichang_api_authentication_failures_total{reason=\"malformed\"} 1\n", metrics, StringComparison.Ordinal);
        Assert.Equal(2, _files.Log.Count(EventIds.AuthenticationRefused));
        Assert.Contains(
            "192.0.2.7", _files.Log.Entries.First(entry => entry.Event == EventIds.AuthenticationRefused).Message,
            StringComparison.Ordinal);
        Assert.DoesNotContain(
            _files.Log.Entries, entry =>
                entry.Message.Contains(canary, StringComparison.Ordinal)
                || entry.Message.Contains(token, StringComparison.Ordinal));
        Assert.DoesNotContain(canary, metrics, StringComparison.Ordinal);
    }

    [Theory]
    [InlineData("known")]
    [InlineData("near-miss at the start")]
    [InlineData("near-miss at the end")]
    [InlineData("far-miss")]
    public void Authenticate_WhateverTheToken_TakesTheSameNumberOfHashesAndComparisons(string which)
    {
        var token = _files.Add("a", "read", TokenFiles.NewToken());
        _files.Add("b", "read", TokenFiles.NewToken());
        _files.Add("c", "read", TokenFiles.NewToken());
        var (hashes, comparisons) = (0, 0);
        var store = _files.Open(new TokenArithmetic(
            (source, digest) =>
            {
                hashes++;
                return TokenArithmetic.Real.Hash(source, digest);
            },
            (left, right) =>
            {
                Assert.Equal(32, left.Length);
                Assert.Equal(32, right.Length);
                comparisons++;
                return TokenArithmetic.Real.AreEqual(left, right);
            }));

        var credential = store.Authenticate(TokenFiles.Bearer(which switch
        {
            "known" => token,
            "near-miss at the start" => 'x' + token[1..],
            "near-miss at the end" => token[..^1] + 'x',
            _ => TokenFiles.NewToken(),
        }));

        Assert.Equal(which == "known", credential is not null);
        Assert.Equal((1, 6), (hashes, comparisons));
    }
}
