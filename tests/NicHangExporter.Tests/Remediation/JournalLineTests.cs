using System.Text;
using System.Text.Json.Nodes;
using NicHangExporter.Linux;
using NicHangExporter.Remediation.Journaling;
using NicHangExporter.State;

namespace NicHangExporter.Tests.Remediation;

/// <summary>An entry survives the way through its line, and a line without a valid entry is refused.</summary>
public sealed class JournalLineTests
{
    [Fact]
    public void Line_OfTenThousandEntries_RoundTripsExactly()
    {
        var histories = new Histories(5);
        var (written, read) = (RemediationState.Empty, RemediationState.Empty);
        for (var seq = 0; seq < 10_000; seq++)
        {
            var entry = histories.After(seq);
            var line = JournalLine.Of(entry);
            Assert.True(JournalLine.IsWhole(line.Bytes.AsSpan(..^1)));
            Assert.Null(JournalLine.TryParse(line.Bytes.AsSpan(..^1), out var parsed));
            Assert.Equal(line.Bytes, JournalLine.Of(parsed).Bytes);
            Assert.Equal((entry.Age, entry.Uptime, entry.Time, entry.Actor, entry.Reason),
                (parsed.Age, parsed.Uptime, parsed.Time, parsed.Actor, parsed.Reason));
            (written, read) = (written.After(entry), read.After(parsed));
        }
        Assert.Equal(JournalWriter.Text(written), JournalWriter.Text(read));
        var checkpoint = JournalLine.Of(new JournalEntry(JournalEvent.Checkpoint) { State = written });
        Assert.Null(JournalLine.TryParse(checkpoint.Bytes.AsSpan(..^1), out var again));
        Assert.Equal(JournalWriter.Text(written), JournalWriter.Text(again.State!));
    }

    [Fact]
    public void Line_WithALoneSurrogate_IsStillALine()
    {
        var line = JournalLine.Of(new JournalEntry(JournalEvent.Paused)
        {
            Actor = "a\ud800b",
            Before = new Dictionary<string, string> { ["x\udc00"] = "\ud800" }
        });
        Assert.Null(JournalLine.TryParse(line.Bytes.AsSpan(..^1), out var entry));
        Assert.Equal("a\ufffdb", entry.Actor);
    }

    [Theory]
    [InlineData("null")]
    [InlineData("[]")]
    [InlineData("{}")]
    [InlineData("{\"event\":null}")]
    [InlineData("{\"event\":1}")]
    [InlineData("{\"event\":\"intent\"}")]
    [InlineData("{\"event\":\"intent\",\"id\":\"1\"}")]
    [InlineData("{\"event\":\"intent\",\"key\":\"name:eth0\"}")]
    [InlineData("{\"event\":\"clock\",\"seq\":-1}")]
    [InlineData("{\"event\":\"clock\",\"seq\":1.5}")]
    [InlineData("{\"event\":\"clock\",\"seq\":9223372036854775807}")]
    [InlineData("{\"event\":\"clock\",\"seq\":9223372036854775808}")]
    [InlineData("{\"event\":\"clock\",\"age\":-1}")]
    [InlineData("{\"event\":\"clock\",\"age\":1e999}")]
    [InlineData("{\"event\":\"clock\",\"age\":1e300}")]
    [InlineData("{\"event\":\"clock\",\"age\":\"1\"}")]
    [InlineData("{\"event\":\"clock\",\"time\":\"yesterday\"}")]
    [InlineData("{\"event\":\"clock\",\"reason\":\"\\ud800\"}")]
    [InlineData("{\"event\":\"clock\",\"steps\":[null]}")]
    [InlineData("{\"event\":\"clock\",\"before\":{\"a\":null}}")]
    [InlineData("{\"event\":\"clock\",\"verdict\":\"splendid\"}")]
    [InlineData("{\"event\":\"clock\",\"state\":{}}")]
    [InlineData("{\"event\":\"episode\",\"key\":\"name:eth0\"}")]
    [InlineData("{\"event\":\"episode\",\"episode\":{}}")]
    [InlineData("{\"event\":\"checkpoint\"}")]
    [InlineData("{\"event\":\"checkpoint\",\"state\":null}")]
    [InlineData("{\"event\":\"checkpoint\",\"state\":{\"devices\":null}}")]
    [InlineData("{\"event\":\"checkpoint\",\"state\":{\"devices\":{\"a\":null}}}")]
    [InlineData("{\"event\":\"checkpoint\",\"state\":{\"devices\":{\"a\":{\"device\":null}}}}")]
    [InlineData("{\"event\":\"checkpoint\",\"state\":{\"devices\":{\"a\":{\"charges\":null}}}}")]
    [InlineData("{\"event\":\"checkpoint\",\"state\":{\"devices\":{\"a\":{\"charges\":[null]}}}}")]
    [InlineData("{\"event\":\"checkpoint\",\"state\":{\"devices\":{\"a\":{\"desired\":[null]}}}}")]
    [InlineData("{\"event\":\"checkpoint\",\"state\":{\"devices\":{\"a\":{\"original\":{\"tso\":null}}}}}")]
    [InlineData("{\"event\":\"checkpoint\",\"state\":{\"devices\":{\"a\":{\"counts\":{\"x\":-1}}}}}")]
    [InlineData("{\"event\":\"checkpoint\",\"state\":{\"devices\":{\"a\":{\"cooldownUntil\":-1}}}}")]
    [InlineData("{\"event\":\"checkpoint\",\"state\":{\"devices\":{\"a\":{\"pending\":{\"event\":\"clock\"}}}}}")]
    [InlineData("{\"event\":\"checkpoint\",\"state\":{\"devices\":{\"a\":{\"last\":{\"event\":\"checkpoint\"}}}}}")]
    [InlineData("{\"event\":\"checkpoint\",\"state\":{\"unknownUntil\":-1}}")]
    public void Line_OfWhatIsNoEntry_IsRefused(string json)
    {
        var line = json.Length < 3 || json[0] != '{' ? Encoding.UTF8.GetBytes(json) : Sealed(json);
        Assert.NotNull(JournalLine.TryParse(line, out _));
    }

    [Fact]
    public void Line_WithAnyMemberOfAnyType_IsReadOrRefusedAndNeverThrows()
    {
        var histories = new Histories(6);
        var state = RemediationState.Empty;
        for (var seq = 0; seq < 200; seq++)
            state = state.After(histories.After(seq));
        var entries = Enumerable.Range(200,
            60).Select(seq => histories.After(seq)).Append(new JournalEntry(JournalEvent.Checkpoint) { State = state });
        string[] strange = ["null", "-1", "1e999", "9223372036854775807", "\"x\"", "\"\"", "[]", "[null]", "{}",
            "{\"a\":null}", "true"];
        var (refused, taken) = (0, 0);
        foreach (var entry in entries)
        {
            var json = System.Text.Json.JsonSerializer.Serialize(entry, JournalJson.Default.JournalEntry);
            for (var member = 0; member < Members(JsonNode.Parse(json)!).Count; member++)
                foreach (var value in strange)
                {
                    var node = JsonNode.Parse(json)!;
                    Members(node)[member](JsonNode.Parse(value));
                    if (JournalLine.TryParse(Sealed(node.ToJsonString()), out var parsed) is not null)
                    {
                        refused++;
                        continue;
                    }
                    taken++;
                    // What is taken can be folded, written and read again.
                    var after = state.After(parsed);
                    Assert.Null(JournalLine.TryParse(
                        JournalLine.Of(new JournalEntry(JournalEvent.Checkpoint) { State = after }).Bytes.AsSpan(..^1),
                        out _));
                }
        }
        TestContext.Current.SendDiagnosticMessage($"{refused} refused, {taken} taken");
        Assert.True(refused > 5000 && taken > 1000, $"{refused} refused, {taken} taken");
    }

    private static byte[] Sealed(string json) => SealedJson.Seal(Encoding.UTF8.GetBytes(json))[..^1];

    // What sets each member and each element, however deep.
    private static List<Action<JsonNode?>> Members(JsonNode node) => node switch
    {
        JsonObject members => [.. members.ToList().SelectMany(pair => (pair.Value is null ? []
            : Members(pair.Value)).Prepend(value => members[pair.Key] = value))],
        JsonArray elements => [.. elements.ToList().SelectMany((element, index) => (element is null ? []
            : Members(element)).Prepend(value => elements[index] = value))],
        _ => [],
    };
}
