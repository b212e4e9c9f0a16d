namespace NicHangExporter.Tests.Api;

/// <summary>A remediation that is looked up has what its first answer had, although the journal does not keep all of it.</summary>
public sealed class RecordedAnswerTests : IDisposable
{
    private const string Path = "/api/v1/remediations";

    private readonly ApiHost _api = new();

    public void Dispose() => _api.Dispose();

    [Fact]
    public async Task LookedUp_HasWhatWasOffBefore()
    {
        _api.Nic.Request("rx-gro", on: false);
        var first = await _api.PostAsync(Path, """{"device":"eno1","features":["gro","tso"]}""");
        Assert.Equal("rx-gro", first.Json["alreadyOff"]![0]!.GetValue<string>());

        var found = await _api.GetAsync($"{Path}/{first.Json["id"]}");

        Assert.Equal(first.Json["alreadyOff"]!.ToJsonString(), found.Json["alreadyOff"]!.ToJsonString());
        Assert.NotNull(found.Json["began"]);
    }

    [Fact]
    public async Task LookedUp_HasHowLongToWait()
    {
        await _api.PostAsync(Path, """{"device":"eno1","features":["tso"]}""");
        var declined = await _api.PostAsync(Path, """{"device":"eno1","features":["gso"]}""");
        Assert.Equal("cooldown", declined.Problem);

        var found = await _api.GetAsync($"{Path}/{declined.Json["id"]}");

        Assert.True(found.Json["retryAfter"]!.GetValue<double>() > 0);
        Assert.Equal("declined", found.Verdict);
    }
}
