using System.Text;
using System.Text.Json.Nodes;
using NicHangExporter.Api.Alertmanager;

namespace NicHangExporter.Tests.Api.Alertmanager;

/// <summary>What a valid notification is, and the error for everything else.</summary>
public sealed class MessageReaderTests
{
    public static TheoryData<string> Recorded => new(Notifications.Names);

    [Theory]
    [MemberData(nameof(Recorded))]
    public void Recorded_IsRead(string name)
    {
        var (message, fault) = MessageReader.Read(Notifications.Recorded(name));

        Assert.Null(fault);
        Assert.NotEmpty(message!.Alerts!);
        Assert.All(message.Alerts!, alert => Assert.Equal(16, alert.Fingerprint!.Length));
        Assert.All(message.Alerts!, alert =>
            Assert.StartsWith("eno", alert.Labels!["device"], StringComparison.Ordinal));
        Assert.Equal(
            name.StartsWith("max_alerts_3", StringComparison.Ordinal)
            && !name.EndsWith("resolved.json", StringComparison.Ordinal) ? 1UL
            : name.StartsWith("am025_max", StringComparison.Ordinal) ? 3UL : 0, message.TruncatedAlerts);
    }

    [Fact]
    public void Recorded_AreAllHere() => Assert.Equal(28, Notifications.Names.Count);

    // 0.28 and later have nothing new in the payload; 0.32 has the reason, 0.34 the labels of the route.
    [Theory]
    [InlineData("""{"notification_reason":"new_alerts"}""")]
    [InlineData("""{"notification_reason":"new_alerts","routeLabels":{"team":"network"}}""")]
    [InlineData("""{"notification_reason":null,"routeLabels":null,"x":[[[[1,{"y":[{}]}]]]],"2030":{"status":5}}""")]
    public void LaterVersions_WithMoreMembers_AreRead(string more)
    {
        var notification = Notifications.Of(Notifications.Alert());
        foreach (var (name, value) in JsonNode.Parse(more)!.AsObject())
        {
            notification[name] = value?.DeepClone();
            notification["alerts"]![0]![name] = value?.DeepClone();
        }
        var (message, fault) = MessageReader.Read(Notifications.Bytes(notification));

        Assert.Null(fault);
        Assert.Equal("firing", Assert.Single(message!.Alerts!).Status);
    }

    [Theory]
    [InlineData("", 400)]
    [InlineData("null", 400)]
    [InlineData("[]", 400)]
    [InlineData("5", 400)]
    [InlineData("{}", 400)]
    [InlineData("""{"version":"4"}""", 400)]
    [InlineData("""{"version":"4","alerts":null}""", 400)]
    [InlineData("""{"version":"4","alerts":{}}""", 400)]
    [InlineData("""{"version":"4","alerts":[null]}""", 400)]
    [InlineData("""{"version":"4","alerts":["x"]}""", 400)]
    [InlineData("""{"version":"4","alerts":[{}]}""", 400)]
    [InlineData("""{"version":4,"alerts":[]}""", 400)]
    [InlineData("""{"version":"5","alerts":[]}""", 400)]
    [InlineData("""{"version":"3","alerts":[]}""", 400)]
    [InlineData("""{"version":"4","alerts":[],"alerts":[]}""", 400)]
    [InlineData("""{"version":"4","version":"4","alerts":[]}""", 400)]
    [InlineData("""{"version":"4","alerts":[],"truncatedAlerts":-1}""", 400)]
    [InlineData("""{"version":"4","alerts":[],"truncatedAlerts":"1"}""", 400)]
    [InlineData("""{"version":"4","alerts":[]} """, 200)]
    [InlineData("""{"version":"4","alerts":[]}x""", 400)]
    [InlineData("""{"version":"4","alerts":[]}{"version":"4","alerts":[]}""", 400)]
    [InlineData("\ufeff{\"version\":\"4\",\"alerts\":[]}", 400)]
    [InlineData("{\"version\":\"4\",\"alerts\":[],}", 400)]
    [InlineData("{\"version\":\"4\",/**/\"alerts\":[]}", 400)]
    public void Body_IsWhatItIs(string body, int status) =>
        Assert.Equal(status, StatusOf(Encoding.UTF8.GetBytes(body)));

    public static TheoryData<string, string?> WrongAlerts => new()
    {
        { "status", null }, { "status", "5" }, { "status", "\"Firing\"" }, { "status", "\"\"" },
        { "startsAt", null }, { "startsAt", "5" }, { "startsAt", "\"soon\"" },
        { "startsAt", "\"0001-01-01T00:00:00+14:00\"" }, { "startsAt", "\"2026-13-01T00:00:00Z\"" },
        { "fingerprint", null }, { "fingerprint", "7" }, { "fingerprint", "\"\"" }, { "fingerprint", "\"a b\"" },
        { "fingerprint", "\"../../x\"" }, { "fingerprint", "\"\\u0000\"" },
        { "fingerprint", $"\"{new string('a', 65)}\"" },
        { "labels", null }, { "labels", "[]" }, { "labels", "{\"device\":null}" }, { "labels", "{\"device\":5}" },
        { "labels", "{\"device\":{}}" },
        { "labels", "{\"device\":\"\\ud800\"}" }, { "labels", $"{{\"device\":\"{new string('x', 1025)}\"}}" },
        { "labels", $"{{\"{new string('x', 1025)}\":\"\"}}" },
        { "labels", $"{{\"device\":\"{new string('ä', 513)}\"}}" },
        { "labels", "{\"device\":\"eno1\",\"device\":\"eno2\"}" },
        { "labels", $"{{{string.Join(',', Enumerable.Range(0, 65).Select(label => $"\"l{label}\":\"\""))}}}" },
    };

    [Theory]
    [MemberData(nameof(WrongAlerts))]
    public void Alert_WithAWrongMember_IsRefusedInAShortSentenceWithoutIt(string member, string? value)
    {
        var text = Encoding.UTF8.GetString(Notifications.Bytes(Notifications.Of(Notifications.Alert())));
        var now = Notifications.Alert()[member]!.ToJsonString();
        text = value is null
            ? text.Replace($"\"{member}\":{now},", "", StringComparison.Ordinal)
            .Replace($",\"{member}\":{now}}}", "}", StringComparison.Ordinal)
            : text.Replace($"\"{member}\":{now}", $"\"{member}\":{value}", StringComparison.Ordinal);
        var (message, fault) = MessageReader.Read(Encoding.UTF8.GetBytes(text));

        Assert.Null(message);
        Assert.Equal(400, fault!.Problem.Status);
        Assert.True(fault.Detail.Length < 200);
    }

    [Fact]
    public void Limits_AreInclusive()
    {
        var labels = new JsonObject(Enumerable.Range(0, 64)
            .Select(label =>
                KeyValuePair.Create($"l{label}", (JsonNode?)JsonValue.Create(new string('ä', label == 0 ? 512 : 1)))));
        var alert = Notifications.Alert();
        alert["labels"] = labels;
        Assert.Equal(200, StatusOf(Notifications.Bytes(Notifications.Of(alert))));
        Assert.Equal(200, StatusOf(Many(1000)));
        Assert.Equal(413, StatusOf(Many(1001)));
        Assert.Equal(200, StatusOf("{\"version\":\"4\",\"alerts\":[],\"truncatedAlerts\":1000000}"u8.ToArray()));
        Assert.Equal(400, StatusOf("{\"version\":\"4\",\"alerts\":[],\"truncatedAlerts\":1000001}"u8.ToArray()));
        // The shortest possible alert, and the longest possible body.
        Assert.Equal(
            413, StatusOf(
                Encoding.UTF8.GetBytes(
                    "{\"version\":\"4\",\"alerts\":[" + string.Join(',', Enumerable.Repeat("{}", 300_000)) + "]}")));
    }

    [Fact]
    public void Nesting_DeeperThan16_IsRefused()
    {
        Assert.Equal(
            200, StatusOf(
                Encoding.UTF8.GetBytes(
                    $"{{\"version\":\"4\",\"alerts\":[],\"x\":{new string('[', 15)}{new string(']', 15)}}}")));
        Assert.Equal(
            400, StatusOf(
                Encoding.UTF8.GetBytes(
                    $"{{\"version\":\"4\",\"alerts\":[],\"x\":{new string('[', 16)}{new string(']', 16)}}}")));
        Assert.Equal(400, StatusOf(Encoding.UTF8.GetBytes($"{{\"x\":{new string('[', 500_000)}")));
    }

    private static byte[] Many(int alerts) =>
        Notifications.Bytes(
            Notifications.Of(
                [.. Enumerable.Range(0, alerts)
                    .Select(number => Notifications.Alert(fingerprint: Notifications.Fingerprint(number)))]));

    private static int StatusOf(byte[] body) =>
        MessageReader.Read(body) is { Fault: { } fault } ? fault.Problem.Status : 200;
}
