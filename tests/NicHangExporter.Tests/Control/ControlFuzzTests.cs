using System.Text;
using NicHangExporter.Control;
using NicHangExporter.Hosting;

namespace NicHangExporter.Tests.Control;

/// <summary>Whatever comes through the socket, the server says what is wrong with it, carries nothing out, and answers the next one.</summary>
public sealed class ControlFuzzTests
{
    private const string Request = """{"version":1,"command":"remediate","device":"eno1","settings":["tso","gso"],"recover":true,"dryRun":true,"reason":"night"}""";

    public static TheoryData<string, string> Wrong => new()
    {
        { "", "can't be read" },
        { "   ", "can't be read" },
        { "status", "can't be read" },
        { "{", "can't be read" },
        { "null", "no JSON object" },
        { "[]", "no JSON object" },
        { "1", "no JSON object" },
        { "\"status\"", "no JSON object" },
        { "{}", "no version" },
        { """{"command":"status"}""", "no version" },
        { """{"version":2,"command":"status"}""", "another version" },
        { """{"version":0,"command":"status"}""", "another version" },
        { """{"version":"1","command":"status"}""", "another version" },
        { """{"version":1.5,"command":"status"}""", "another version" },
        { """{"version":99999999999,"command":"status"}""", "another version" },
        { """{"version":2,"command":"status","new":{}}""", "another version" },
        { """{"version":1}""", "command" },
        { """{"version":1,"command":null}""", "can't be read" },
        { """{"version":1,"command":"reboot"}""", "can't be read" },
        { """{"version":1,"command":1}""", "can't be read" },
        { """{"version":1,"command":"status","dry_run":true}""", "dry_run" },
        { """{"version":1,"command":"status","DryRun":true}""", "DryRun" },
        { """{"version":1,"command":"status","command":"pause"}""", "command" },
        { """{"version":1,"command":"remediate","device":{"name":"eno1"}}""", "device" },
        { """{"version":1,"command":"remediate","device":["eno1"]}""", "device" },
        { """{"version":1,"command":"remediate","device":"eno1","settings":"tso"}""", "settings" },
        { """{"version":1,"command":"remediate","device":"eno1","dryRun":"true"}""", "dryRun" },
        { """{"version":1,"command":"remediate","device":"eno1","dryRun":null}""", "dryRun" },
        { """{"version":1,"command":"remediate","device":"\ud800"}""", "device" },
        { """{"version":1,"command":"status","x":[[[[[[[[[[]]]]]]]]]]}""", "depth" },
        { """{"version":1,"command":"status"} {"version":1,"command":"pause"}""", "can't be read" },
        { "{\"version\":1,\"command\":\"status\"}\n{\"version\":1,\"command\":\"pause\"}", "one request a connection" },
        { "{\"version\":1,\"command\":\"status\"}\0", "can't be read" },
        { "\0\0\0\0", "can't be read" },
        { "GET / HTTP/1.1\r", "can't be read" },
    };

    [Theory]
    [MemberData(nameof(Wrong))]
    public void Request_ThatIsWrong_IsAnsweredWithWhatIsWrong(string request, string expected)
    {
        using var harness = ControlHarness.Started();
        harness.Handler = (_, _, _) => throw new InvalidOperationException("nothing may be carried out");

        var answer = ControlProtocol.ParseAnswer(Encoding.UTF8.GetBytes(harness.Exchange(request)))!;

        Assert.Contains(expected, answer.Error, StringComparison.Ordinal);
        Assert.Equal(0, harness.Log.Count(EventIds.ControlFailed));
    }

    [Fact]
    public void Request_ThatIsNotUtf8_IsRefused()
    {
        using var harness = ControlHarness.Started();

        Assert.Contains("not UTF-8", harness.Exchange([.. """{"version":1,"command":"remediate","device":"a"""u8, 0xff, .. "\"}\n"u8]), StringComparison.Ordinal);
    }

    [Fact]
    public void Request_OfExactlyTheLimit_IsRead()
    {
        using var harness = ControlHarness.Started();

        Assert.Contains("done", harness.Exchange(Padded(ControlProtocol.MaxRequest)), StringComparison.Ordinal);
        Assert.Contains("longer than 65536", harness.Exchange(Padded(ControlProtocol.MaxRequest + 1)), StringComparison.Ordinal);
    }

    [Fact]
    public void Request_OfTenMegabytes_IsRefusedWithoutReadingIt()
    {
        using var harness = ControlHarness.Started();

        Assert.Contains("longer than", harness.Exchange(new byte[10 << 20]), StringComparison.Ordinal);
        Assert.Contains("done", harness.Exchange(ControlHarness.Good), StringComparison.Ordinal);
    }

    [Fact]
    public void Request_NestedAThousandDeep_IsRefused()
    {
        using var harness = ControlHarness.Started();

        Assert.Contains("depth", harness.Exchange($$"""{"version":1,"command":"status","x":{{new string('[', 1000)}}{{new string(']', 1000)}}}"""), StringComparison.Ordinal);
    }

    [Fact]
    public void Request_CutAtEveryByte_IsNeverCarriedOut()
    {
        using var harness = ControlHarness.Started();
        var carriedOut = 0;
        harness.Handler = (_, _, _) =>
        {
            carriedOut++;
            return Task.FromResult(new ControlAnswer { Done = "yes" });
        };
        var whole = Encoding.UTF8.GetBytes(Request + "\n");

        for (var length = 1; length < whole.Length; length++)
            Assert.Contains("has no end", harness.Exchange(whole.AsSpan(0, length)), StringComparison.Ordinal);
        Assert.Equal("", harness.Exchange(ReadOnlySpan<byte>.Empty));
        Assert.Equal(0, carriedOut);

        Assert.Contains("yes", harness.Exchange(whole), StringComparison.Ordinal);
        Assert.Equal(1, carriedOut);
    }

    [Fact]
    public void Request_ByteByByte_IsRead()
    {
        using var harness = ControlHarness.Started();
        using var asker = harness.Connect();
        foreach (var octet in Encoding.UTF8.GetBytes(ControlHarness.Good + "\n"))
            ControlHarness.Send(asker, [octet]);

        Assert.Contains("done", ControlHarness.ReadToEnd(asker), StringComparison.Ordinal);
    }

    [Fact]
    public void Requests_MutatedThreeThousandTimes_EachHasAnAnswerAndTheServerLives()
    {
        using var harness = ControlHarness.Started();
        var random = new Random(20260724);
        var whole = Encoding.UTF8.GetBytes(Request + "\n");

        for (var round = 0; round < 3000; round++)
        {
            var bytes = whole.ToArray();
            for (var changes = random.Next(1, 6); changes > 0; changes--)
                bytes[random.Next(bytes.Length)] = (byte)random.Next(256);
            var answer = harness.Exchange(bytes);
            // Nothing at all is right only where the first byte ends the request, which then is empty.
            Assert.True(ControlProtocol.ParseAnswer(Encoding.UTF8.GetBytes(answer.Split('\n')[0])) is { Error: not null } or { Done: not null }, $"round {round}: {answer}");
        }
        Assert.Contains("done", harness.Exchange(ControlHarness.Good), StringComparison.Ordinal);
        Assert.Equal(0, harness.Log.Count(EventIds.ControlFailed));
    }

    private static byte[] Padded(int length) => [.. Encoding.UTF8.GetBytes(ControlHarness.Good.PadRight(length)), (byte)'\n'];
}
