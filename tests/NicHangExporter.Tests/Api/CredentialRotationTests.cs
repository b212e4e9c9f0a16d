using System.Security.Cryptography;
using NicHangExporter.Api.Auth;
using NicHangExporter.Hosting;
using NicHangExporter.Options;

namespace NicHangExporter.Tests.Api;

/// <summary>
/// Tokens change while the program runs: the new one is valid from the next check of the files, the old one is invalid
/// within five seconds, also without its file.
/// </summary>
public sealed class CredentialRotationTests : IDisposable
{
    private static readonly TimeSpan Limit = TimeSpan.FromSeconds(5);

    private readonly TokenFiles _files = new();

    public void Dispose() => _files.Dispose();

    [Theory]
    [InlineData(true)]
    [InlineData(false)]
    public void NewToken_HoldsFromTheNextLook_AndTheOldOneForAMoment(bool byRenaming)
    {
        var old = _files.Add("ops", "admin", TokenFiles.NewToken());
        var store = _files.Open();
        var fresh = TokenFiles.NewToken();
        if (byRenaming)
            _files.Replace("ops", fresh);
        else
            _files.Write("ops", fresh);

        // No request reads a file, or a stranger could make the disk work.
        Assert.False(Holds(store, fresh));
        store.Refresh();
        Assert.True(Holds(store, fresh));
        Assert.True(Holds(store, old));
        _files.Clock.Advance(CredentialStore.Linger - TimeSpan.FromMilliseconds(1));
        Assert.True(Holds(store, old));
        _files.Clock.Advance(TimeSpan.FromMilliseconds(1));
        Assert.False(Holds(store, old));
        Assert.True(Holds(store, fresh));
    }

    [Theory]
    [InlineData("replaced")]
    [InlineData("deleted")]
    [InlineData("emptied")]
    [InlineData("rubbish")]
    [InlineData("readable for all")]
    [InlineData("a directory")]
    [InlineData("another's token")]
    public void OldToken_InUseAllTheTime_IsDeadWithinFiveSeconds(string fate)
    {
        var old = _files.Add("ops", "admin", TokenFiles.NewToken());
        var other = _files.Add("other", "read", TokenFiles.NewToken());
        var store = _files.Open();
        Settle(store);
        Change(fate, other);

        var lived = TimeSpan.Zero;
        for (var step = TimeSpan.FromMilliseconds(100); Holds(store, old); lived += step)
        {
            Assert.True(lived < Limit, $"the old token is still good after {lived}");
            _files.Clock.Advance(step);
            if ((lived + step).Ticks % CredentialStore.CheckInterval.Ticks == 0)
                store.Refresh();
        }
        Assert.True(lived >= CredentialStore.Linger);
        Assert.True(Holds(store, other));
        Assert.False(Holds(store, old));
    }

    [Fact]
    public async Task BrokenFile_IsLoggedOnceAndAMetric_AndHoldsAgainWhenMended()
    {
        var token = _files.Add("ops", "admin", TokenFiles.NewToken());
        var store = _files.Open();
        Settle(store);
        Assert.Contains(
            "nichang_api_credential_loaded{credential=\"ops\"} 1\n", await _files.MetricsAsync(),
            StringComparison.Ordinal);

        _files.Write("ops", "rubbish");
        for (var second = 0; second < 60; second++)
        {
            store.Refresh();
            _files.Clock.Advance(TimeSpan.FromSeconds(1));
        }
        Assert.Equal(1, _files.Log.Count(EventIds.CredentialBroken));
        Assert.Contains(
            "nichang_api_credential_loaded{credential=\"ops\"} 0\n", await _files.MetricsAsync(),
            StringComparison.Ordinal);
        Assert.False(Holds(store, token));

        _files.Write("ops", token);
        store.Refresh();
        Assert.True(Holds(store, token));
        Assert.Equal(1, _files.Log.Count(EventIds.CredentialLoaded));
        Assert.Contains(
            "nichang_api_credential_loaded{credential=\"ops\"} 1\n", await _files.MetricsAsync(),
            StringComparison.Ordinal);
        Assert.DoesNotContain(
            _files.Log.Entries, entry =>
                entry.Message.Contains(token, StringComparison.Ordinal)
                || entry.Message.Contains("rubbish", StringComparison.Ordinal));
    }

    [Fact]
    public void FileThatIsBeingWritten_CostsNoRequestAndNoLogLine()
    {
        var token = _files.Add("ops", "admin", TokenFiles.NewToken());
        var store = _files.Open();
        Settle(store);

        _files.Write("ops", "");
        store.Refresh();
        Assert.True(Holds(store, token));
        _files.Write("ops", token);
        _files.Clock.Advance(TimeSpan.FromSeconds(1));
        store.Refresh();

        Assert.True(Holds(store, token));
        Assert.Equal(0, _files.Log.Count(EventIds.CredentialBroken));
    }

    [Fact]
    public void TokenMovedToALesserScope_HasItAtOnce()
    {
        var token = _files.Add("boss", "admin", TokenFiles.NewToken());
        _files.Add("clerk", "read", TokenFiles.NewToken());
        var store = _files.Open();
        Settle(store);

        _files.Replace("boss", TokenFiles.NewToken());
        store.Refresh();
        _files.Replace("clerk", token);
        store.Refresh();

        Assert.Equal(new Credential("clerk", ApiScope.Read), store.Authenticate(TokenFiles.Bearer(token)));
    }

    [Fact]
    public void TokensThatChangePlaces_BothHold()
    {
        var first = _files.Add("a", "read", TokenFiles.NewToken());
        var second = _files.Add("b", "read", TokenFiles.NewToken());
        var store = _files.Open();
        _files.Replace("a", second);
        _files.Replace("b", first);
        store.Refresh();
        store.Refresh();

        Assert.Equal("a", store.Authenticate(TokenFiles.Bearer(second))?.Name);
        Assert.Equal("b", store.Authenticate(TokenFiles.Bearer(first))?.Name);
    }

    [Fact]
    public void FileRewrittenWithinOneTickOfTheFileClock_IsSeen()
    {
        var store = Opened(out _);
        // Same inode, same length, and perhaps the same time: only reading again can tell.
        for (var round = 0; round < 200; round++)
        {
            _files.Write("ops", TokenFiles.NewToken());
            store.Refresh();
            var last = TokenFiles.NewToken();
            _files.Write("ops", last);
            _files.Clock.Advance(TimeSpan.FromSeconds(1));
            store.Refresh();
            Assert.True(Holds(store, last));
        }
    }

    [Fact]
    public async Task Rotation_UnderLoad_RefusesNobodyWithATokenThatHolds()
    {
        var store = Opened(out var current);
        using var stop = new CancellationTokenSource();
        var refused = 0;
        var asked = new int[4];
        var clients = Enumerable.Range(0, asked.Length).Select(client => Task.Run(() =>
        {
            for (; !stop.IsCancellationRequested; Interlocked.Increment(ref asked[client]))
            {
                if (!Holds(store, Volatile.Read(ref current)))
                    Interlocked.Increment(ref refused);
                Assert.Null(store.Authenticate("Bearer " + new string('0', 64)));
            }
        })).ToArray();

        for (var rotation = 0; rotation < 100; rotation++)
        {
            var next = TokenFiles.NewToken();
            _files.Replace("ops", next);
            store.Refresh();
            Volatile.Write(ref current, next);
            // Each has come round since, so none still holds the old token in its hand when its time is over.
            var before = asked.ToArray();
            Assert.True(SpinWait.SpinUntil(
                () => asked.Zip(before).All(pair => pair.First > pair.Second + 2), TimeSpan.FromSeconds(30)));
            _files.Clock.Advance(TimeSpan.FromSeconds(5));
        }
        await stop.CancelAsync();
        await Task.WhenAll(clients);

        Assert.Equal(0, refused);
    }

    private CredentialStore Opened(out string token)
    {
        token = _files.Add("ops", "admin", TokenFiles.NewToken());
        return _files.Open();
    }

    // Until the store relies on the status of the files alone.
    private void Settle(CredentialStore store)
    {
        for (var second = 0; second < 3; second++)
        {
            _files.Clock.Advance(TimeSpan.FromSeconds(1));
            store.Refresh();
        }
    }

    private void Change(string fate, string other)
    {
        switch (fate)
        {
            case "replaced": _files.Replace("ops", TokenFiles.NewToken()); break;
            case "deleted": File.Delete(_files.Path("ops")); break;
            case "emptied": _files.Write("ops", ""); break;
            case "rubbish": File.WriteAllBytes(_files.Path("ops"), RandomNumberGenerator.GetBytes(4096)); break;
            case "readable for all":
                File.SetUnixFileMode(
                _files.Path("ops"), UnixFileMode.UserRead | UnixFileMode.OtherRead); break;
            case "another's token": _files.Replace("ops", other); break;
            default:
                File.Delete(_files.Path("ops"));
                Directory.CreateDirectory(_files.Path("ops"));
                break;
        }
    }

    private static bool Holds(CredentialStore store, string token) =>
        store.Authenticate(TokenFiles.Bearer(token)) is not null;
}
