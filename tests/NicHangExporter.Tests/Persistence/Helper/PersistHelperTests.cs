using System.Text.Json.Nodes;
using NicHangExporter.Linux.Ethtool;
using NicHangExporter.Tests.Persistence.Control;

namespace NicHangExporter.Tests.Persistence.Helper;

/// <summary>The protocol of the helper that runs as root: one strict line, and nothing is done for any other.</summary>
public sealed class PersistHelperTests : IDisposable
{
    private const string Persist =
        """{"operation":"persist","bus":"0000:00:1f.6","settings":["tx-tcp-segmentation","eee"],"profile":"mine"}""";

    private readonly HelperConnection _connection = new();

    /// <summary>A request and a part of the refusal.</summary>
    public static TheoryData<string, string> Refused => new()
    {
        { "", "has no end" },
        { "\n", "is not a request" },
        { "x\n", "is not a request" },
        { "null\n", "null instead of an object" },
        { "[]\n", "is not a request" },
        { "{}\n", "is not a request" },
        { Persist, "has no end" },
        { Persist + "\n" + Persist + "\n", "something follows" },
        { Persist.Replace("mine", "\xff", StringComparison.Ordinal) + "\n", "not UTF-8" },
        { Persist.Replace("\"profile\"", "\"x\"", StringComparison.Ordinal) + "\n", "is not a request" },
        { Persist.Replace("\"bus\"", "\"Bus\"", StringComparison.Ordinal) + "\n", "is not a request" },
        { """{"operation":"persist","operation":"unpersist","bus":"0000:00:1f.6"}""" + "\n", "is not a request" },
        { """{"operation":0,"bus":"0000:00:1f.6","settings":["eee"]}""" + "\n", "is not a request" },
        { """{"operation":"format","bus":"0000:00:1f.6","settings":["eee"]}""" + "\n", "is not a request" },
        { """{"operation":"persist","bus":null,"settings":["eee"]}""" + "\n", "is not a request" },
        { """{"operation":"persist","settings":["eee"]}""" + "\n", "is not a request" },
        { """{"operation":"persist","bus":"0000:00:1f.6","settings":[["eee"]]}""" + "\n", "is not a request" },
        { """{"operation":"persist","bus":"0000:00:1f.6","settings":["eee"],"via":"cron"}""" + "\n",
            "is not a request" },
        { """{"operation":"persist","bus":"0000:00:1f.6"}""" + "\n", "1 to 64 settings" },
        { """{"operation":"persist","bus":"0000:00:1f.6","settings":[]}""" + "\n", "1 to 64 settings" },
        { """{"operation":"persist","bus":"0000:00:1f.6","settings":["off; reboot"]}""" + "\n", "unknown setting" },
        { """{"operation":"persist","bus":"0000:00:1f.6","settings":["tso"]}""" + "\n", "unknown setting" },
        { """{"operation":"persist","bus":"0000:00:1f.6","settings":[null]}""" + "\n", "unknown setting" },
        { Persist.Replace("mine", "x\\nreboot", StringComparison.Ordinal) + "\n", "name of a profile" },
        { Persist.Replace("mine", "../x", StringComparison.Ordinal) + "\n", "name of a profile" },
        { Persist.Replace("0000:00:1f.6", "0000:00:1f.7", StringComparison.Ordinal) + "\n", "no NIC" },
        { Persist.Replace("0000:00:1f.6", "../etc", StringComparison.Ordinal) + "\n", "no address on a bus" },
        { Persist.Replace("0000:00:1f.6", "", StringComparison.Ordinal) + "\n", "no address on a bus" },
        { """{"operation":"unpersist","bus":"0000:00:1f.6","settings":["eee"]}""" + "\n", "only a device" },
        { """{"operation":"unpersist","bus":"0000:00:1f.6","via":"udev"}""" + "\n", "only a device" },
        { new string('x', 16 * 1024), "longer than 16384 bytes" },
        { new string(' ', 20_000) + Persist + "\n", "longer than 16384 bytes" },
    };

    public void Dispose() => _connection.Dispose();

    [Theory]
    [MemberData(nameof(Refused))]
    public async Task BadRequest_IsOneLineThatSaysWhatIsWrong_AndWritesNothing(string request, string reason)
    {
        var answer = await _connection.AskAsync(request, isEnd: true);

        Assert.Equal(answer.Length - 1, answer.IndexOf('\n', StringComparison.Ordinal));
        Assert.Contains(reason, JsonNode.Parse(answer)!["error"]!["message"]!.GetValue<string>(),
            StringComparison.Ordinal);
        Assert.Equal(_connection.Before, _connection.Tree);
    }

    [Fact]
    public async Task Request_IsCarriedOut_AndUndone()
    {
        var answer = JsonNode.Parse(await _connection.AskAsync(Persist + "\n"))!;

        Assert.Equal(IfupdownRoot.File, answer["persisted"]!["path"]!.GetValue<string>());
        Assert.Equal("ifupdown", answer["persisted"]!["manager"]!.GetValue<string>());
        Assert.Contains("ethtool -K \"$nic\" tx-tcp-segmentation off",
            await File.ReadAllTextAsync(_connection.File, TestContext.Current.CancellationToken),
            StringComparison.Ordinal);

        answer = JsonNode.Parse(
            await _connection.AskAsync("""{"operation":"unpersist","bus":"0000:00:1f.6"}""" + "\n"))!;

        Assert.Equal(IfupdownRoot.File, answer["unpersisted"]!["removed"]![0]!.GetValue<string>());
        Assert.Equal(_connection.Before, _connection.Tree);
    }

    [Fact]
    public async Task Features_OfTheDevice_AreReadByTheHelperItself()
    {
        _connection.Features = _ => new DeviceFeatures(
            [new Feature("tx-tcp-segmentation", false, true, true, false)]);

        var answer = await _connection.AskAsync(Persist + "\n");

        Assert.Contains("tx-tcp-segmentation", JsonNode.Parse(answer)!["error"]!["message"]!.GetValue<string>(),
            StringComparison.Ordinal);
        Assert.Equal(_connection.Before, _connection.Tree);
    }

    // "The file of another user" includes the user of an unknown user namespace.
    [Theory]
    [InlineData(65534)]
    [InlineData(1000)]
    [InlineData(uint.MaxValue)]
    public async Task AnotherUser_IsRefusedBeforeTheRequestIsRead(uint peer)
    {
        var answer = await _connection.AskAsync(Persist + "\n", peer);

        Assert.Contains("only root and the user nic-hang-exporter", answer, StringComparison.Ordinal);
        Assert.Equal(_connection.Before, _connection.Tree);
    }

    [Theory]
    [InlineData("etc/passwd", "root:x:0:0::/root:/bin/sh\nnic-hang-exporter:x:1000:1000::/:/usr/sbin/nologin\n")]
    [InlineData("run/systemd/dynamic-uid/direct:nic-hang-exporter", null)]
    public async Task UserOfTheUnit_MayAsk(string path, string? content)
    {
        path = Path.Combine(_connection.Root.Path, path);
        Directory.CreateDirectory(Path.GetDirectoryName(path)!);
        if (content is null)
            File.CreateSymbolicLink(path, "1000");
        else
            await File.WriteAllTextAsync(path, content, TestContext.Current.CancellationToken);

        Assert.Contains("persisted", await _connection.AskAsync(Persist + "\n", peer: 1000), StringComparison.Ordinal);
        Assert.Contains("only root", await _connection.AskAsync(Persist + "\n", peer: 1001), StringComparison.Ordinal);
    }

    [Fact]
    public async Task ForeignFile_IsAConflict()
    {
        await File.WriteAllTextAsync(_connection.File, "#!/bin/sh\n", TestContext.Current.CancellationToken);

        var answer = JsonNode.Parse(await _connection.AskAsync(Persist + "\n"))!;

        Assert.Equal("conflict", answer["error"]!["kind"]!.GetValue<string>());
    }
}
