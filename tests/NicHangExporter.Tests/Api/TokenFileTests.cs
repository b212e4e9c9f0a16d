using NicHangExporter.Api.Auth;
using NicHangExporter.Linux;
using NicHangExporter.Options;
using NicHangExporter.TestSupport;
using static System.IO.UnixFileMode;

namespace NicHangExporter.Tests.Api;

public sealed class TokenFileTests : IDisposable
{
    private const string Canary = "canary-7f3a9c51e2d84b06";

    private readonly TokenFiles _files = new();

    public void Dispose() => _files.Dispose();

    [Theory]
    [InlineData("ops:admin=/run/token", "ops", nameof(ApiScope.Admin), "/run/token")]
    [InlineData("a:read=/x=y:z", "a", nameof(ApiScope.Read), "/x=y:z")]
    [InlineData("alertmanager-1:remediate=/run/t", "alertmanager-1", nameof(ApiScope.Remediate), "/run/t")]
    [InlineData("abcdefghijklmnopqrstuvwxyz012345:read=/t", "abcdefghijklmnopqrstuvwxyz012345", nameof(ApiScope.Read),
        "/t")]
    public void TryParse_GoodValue_IsNameScopeAndPath(string text, string name, string scope, string path)
    {
        Assert.Null(TokenFile.TryParse(text, out var file));

        Assert.Equal(name, file!.Credential.Name);
        Assert.Equal(scope, file.Credential.Scope.ToString());
        Assert.Equal(path, file.Path);
        Assert.Equal(text, file.ToString());
    }

    [Theory]
    [InlineData("", "NAME:SCOPE=/path")]
    [InlineData(Canary, "NAME:SCOPE=/path")]
    [InlineData("/run/" + Canary, "NAME:SCOPE=/path")]
    [InlineData("ops=/run/" + Canary, "NAME:SCOPE=/path")]
    [InlineData("ops:admin", "NAME:SCOPE=/path")]
    [InlineData(":admin=/run/" + Canary, "a name")]
    [InlineData("Ops:admin=/run/" + Canary, "a name")]
    [InlineData("o_ps:admin=/run/" + Canary, "a name")]
    [InlineData("öps:admin=/run/" + Canary, "a name")]
    [InlineData("abcdefghijklmnopqrstuvwxyz0123456:read=/" + Canary, "a name")]
    [InlineData("ops:root=/run/" + Canary, "the scope of 'ops'")]
    [InlineData("ops:Admin=/run/" + Canary, "the scope of 'ops'")]
    [InlineData("ops:=/run/" + Canary, "the scope of 'ops'")]
    [InlineData("ops:admin=" + Canary, "never the token")]
    [InlineData("ops:admin=./" + Canary, "never the token")]
    [InlineData("ops:admin=/run/\0" + Canary, "absolute path")]
    public void TryParse_BadValue_SaysWhatIsWrongWithoutItsRightSide(string text, string expected)
    {
        var error = TokenFile.TryParse(text, out var file);

        Assert.Null(file);
        Assert.Contains(expected, error, StringComparison.Ordinal);
        Assert.DoesNotContain(Canary, error, StringComparison.Ordinal);
    }

    [Theory]
    [InlineData(32, "")]
    [InlineData(32, "\n")]
    [InlineData(64, "\r\n")]
    [InlineData(512, "\n")]
    [InlineData(512, "\r\n")]
    public void Check_GoodFile_IsNoError(int length, string end)
    {
        _files.Add("ops", "admin", new string('x', length) + end);

        Assert.Empty(Check());
        Assert.Equal("ops", _files.Open().Authenticate("Bearer " + new string('x', length))?.Name);
    }

    [Theory]
    [InlineData("", "a token of 0 characters")]
    [InlineData("\n", "a token of 0 characters")]
    [InlineData(Canary, "openssl rand -hex 32")]
    [InlineData(Canary + "-seven\n", "a token of 29 characters")]
    [InlineData(Canary + "-and-more-of-it-here\n\n", "one line of printable ASCII")]
    [InlineData(Canary + " and more of it here", "one line of printable ASCII")]
    [InlineData(" " + Canary + "-and-more-of-it-here", "one line of printable ASCII")]
    [InlineData(Canary + "-and-more-of-it-here\t", "one line of printable ASCII")]
    [InlineData(Canary + "-and-more-of-it-here\nsecond\n", "one line of printable ASCII")]
    [InlineData(Canary + "-and-more-of-it-hereä", "one line of printable ASCII")]
    [InlineData(Canary + "-and-more-of-it-here\0", "one line of printable ASCII")]
    [InlineData("\ufeff" + Canary + "-and-more-of-it-here", "one line of printable ASCII")]
    public void Check_BadContent_SaysWhatIsWrongWithoutTheContent(string content, string expected)
    {
        _files.Add("ops", "admin", content);

        var error = Assert.Single(Check());
        Assert.StartsWith($"api.token-file: {_files.Path("ops")}: ", error, StringComparison.Ordinal);
        Assert.Contains(expected, error, StringComparison.Ordinal);
        Assert.DoesNotContain(Canary, error, StringComparison.Ordinal);
    }

    [Theory]
    [InlineData(513)]
    [InlineData(515)]
    [InlineData(100_000)]
    public void Check_TooLongContent_IsRefused(int length)
    {
        _files.Add("ops", "admin", new string('x', length));

        Assert.Contains("512", Assert.Single(Check()), StringComparison.Ordinal);
    }

    [Fact]
    public void Check_EverythingWrong_IsSaidAtOnce()
    {
        _files.Add("a", "read", "short");
        _files.Add("b", "read", new string('x', 32));
        _files.Add("c", "read", new string('x', 32));
        _files.Add("d", "read", new string('y', 32), UserRead | OtherRead);
        _files.Add("e", "read", new string('z', 32));
        File.Delete(_files.Path("e"));

        var errors = Check();
        Assert.Equal(4, errors.Count);
        Assert.Contains("the same token as the file of 'b'", errors[1], StringComparison.Ordinal);
        Assert.Contains("No such file", errors[3], StringComparison.Ordinal);
    }

    [Fact]
    public void Check_DirectoryAndFifoAndDevice_AreRefusedAtOnce()
    {
        _files.Add("a", "read", "");
        File.Delete(_files.Path("a"));
        Directory.CreateDirectory(_files.Path("a"));
        _files.Add("b", "read", "");
        File.Delete(_files.Path("b"));
        TestSupport.Execution.Of("mkfifo", "-m", "600", _files.Path("b")).Succeeded();
        Assert.Null(TokenFile.TryParse("c:read=/dev/zero", out var zero));
        _files.Configure(zero!);

        Assert.Equal(3, Check().Count);
    }

    [Theory]
    [InlineData(0u, 0u, 0u, UserRead, true)]
    [InlineData(0u, 0u, 0u, UserRead | UserWrite | GroupRead, true)]
    [InlineData(0u, 0u, 5u, UserRead | GroupRead, false)]
    [InlineData(0u, 0u, 0u, UserRead | GroupRead | GroupWrite, false)]
    [InlineData(0u, 0u, 0u, UserRead | OtherRead, false)]
    [InlineData(0u, 7u, 0u, UserRead, false)]
    [InlineData(7u, 7u, 7u, UserRead, true)]
    [InlineData(7u, 7u, 7u, UserRead | GroupRead, false)]
    [InlineData(7u, 7u, 7u, UserRead | OtherWrite, false)]
    [InlineData(7u, 0u, 5u, UserRead | GroupRead, true)]
    [InlineData(7u, 0u, 0u, GroupRead, true)]
    [InlineData(7u, 0u, 5u, UserRead | GroupRead | GroupWrite, false)]
    [InlineData(7u, 0u, 5u, UserRead | GroupRead | OtherRead, false)]
    [InlineData(7u, 8u, 7u, UserRead | GroupRead, false)]
    public void IsPrivate_IsPostgresRule(uint user, uint owner, uint group, UnixFileMode mode, bool expected) =>
        Assert.Equal(expected, TokenFile.IsPrivate(new FileStatus { Owner = owner, Group = group, Mode = mode }, user));

    private List<string> Check()
    {
        var errors = new List<string>();
        CredentialStore.Check(_files.Options, errors);
        return errors;
    }
}
