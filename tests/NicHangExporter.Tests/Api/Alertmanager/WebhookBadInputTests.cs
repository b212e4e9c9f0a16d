using System.Diagnostics;
using System.Text;
using System.Text.Json.Nodes;
using NicHangExporter.Api;
using NicHangExporter.Remediation.Journaling;
using static NicHangExporter.Tests.Api.Alertmanager.Notifications;

namespace NicHangExporter.Tests.Api.Alertmanager;

/// <summary>
/// Mutated bodies to the webhook of the host that the recorded notifications are about, whose NICs do not hang: every
/// answer is 200, 400, 413 or 415, no refusal repeats the input, and no device is changed.
/// </summary>
public sealed class WebhookBadInputTests : IDisposable
{
    private const int Mutations = 100_000;

    private static readonly string[] OfTheInput = ["eno", "pve", "NicTxHang", "runbook", "canary", "passwd"];

    private readonly WebhookHost _host =
        new(options => options with { Api = options.Api with { Identities = ["pve1", "pve1.example:9876"] } });

    public WebhookBadInputTests()
    {
        _host.Host.AddSimulatedNic("eno2", "0000:02:00.0");
        _host.Begin();
    }

    public void Dispose() => _host.Dispose();

    [Fact]
    public async Task MutatedBodies_AreAnsweredFastAndMoveNothing()
    {
        var samples = Names.Select(Recorded).ToArray();
        var (statuses, elapsed) = (new int[600], new long[Mutations]);
        var calls = _host.Host.Ethtool.Calls;
        await Parallel.ForAsync(0, Mutations, TestContext.Current.CancellationToken, async (number, _) =>
        {
            var body = HostileBodies.Mutate(samples[number % samples.Length], number);
            var start = Stopwatch.GetTimestamp();
            var (status, answer) = await _host.PostAsync(body);
            elapsed[number] = Stopwatch.GetTimestamp() - start;
            Check(status, answer, () => $"seed {number}: {Encoding.UTF8.GetString(body)}");
            Interlocked.Increment(ref statuses[status]);
        });

        TestContext.Current.TestOutputHelper?.WriteLine(
            $"200: {statuses[200]}, 400: {statuses[400]}, 413: {statuses[413]}");
        Assert.True(statuses[200] > Mutations / 20
            && statuses[400] > Mutations / 3, "the mutations are too tame or too wild");
        Array.Sort(elapsed);
        Assert.True(Stopwatch.GetElapsedTime(0, elapsed[Mutations * 99 / 100]) < TimeSpan.FromMilliseconds(50),
            "one in a hundred took longer than 50 ms");
        NothingMoved(calls);
    }

    [Fact]
    public async Task EveryTruncation_Is400()
    {
        var calls = _host.Host.Ethtool.Calls;
        foreach (var name in new[]
            { "am025_max_alerts2_of5.json", "flaky_503_503_200_05_firing.json",
                "grouped_by_alertname_instance_05_resolved.json", "max_alerts_3_04_firing.json",
                "one_alert_per_group_01_firing.json" })
        {
            var body = Recorded(name).AsSpan().TrimEnd("\n "u8).ToArray();
            for (var length = 0; length < body.Length; length++)
            {
                var (status, answer) = await _host.PostAsync(body[..length]);
                Assert.Equal(400, status);
                Check(status, answer, () => $"{name} cut at {length}");
            }
            Assert.Equal(200, (await _host.PostAsync(body)).Status);
        }
        NothingMoved(calls);
    }

    public static TheoryData<string, int> Structures => new()
    {
        { "a hundred thousand alerts", 413 }, { "ten megabytes", 413 }, { "deep", 400 }, { "deep objects", 400 },
            { "NUL", 400 }, { "NUL in a label", 200 }, { "byte order mark", 400 },
        { "UTF-16", 400 }, { "lone surrogate in a label", 400 }, { "lone surrogate in the name of a label", 400 },
        { "lone surrogate in the name of a member", 200 }, { "overlong UTF-8", 400 },
        { "twice the alerts", 400 }, { "twice a label", 400 }, { "twice an unknown member", 400 },
        { "twice by an escape", 400 }, { "a number for the list", 400 }, { "a list for an alert", 400 },
        { "a label of a megabyte", 400 }, { "ten thousand labels", 400 }, { "a number of a megabyte", 400 },
        { "a trailing comma", 400 }, { "single quotes", 400 }, { "NaN", 400 },
    };

    [Theory]
    [MemberData(nameof(Structures))]
    public async Task Structure_ThatNobodyMeant_IsRefusedOrPassedOver(string what, int expected)
    {
        var calls = _host.Host.Ethtool.Calls;
        var (status, answer) = await _host.PostAsync(Body(what));
        Check(status, answer, () => what);
        // A later .NET may distinguish two names that can't be encoded.
        Assert.True(status == expected
            || (what.EndsWith("of a member", StringComparison.Ordinal) && status == 400), $"{what}: {status} {answer}");
        NothingMoved(calls);
    }

    // 0.28 has a timeout and nothing new in the payload; 0.32 has the reason, 0.34 the labels of the route.
    [Theory]
    [InlineData("0.25", "{}")]
    [InlineData("0.28", """{"truncatedAlerts":0}""")]
    [InlineData("0.32", """{"notification_reason":"first_notification"}""")]
    [InlineData("0.34", """
        {"notification_reason":"new_alerts_in_group","routeLabels":{"receiver":"nichang","team":"network"},
        "routeID":"{}/{severity=\"critical\"}/0"}
        """)]
    [InlineData("later", """
        {"alertsCount":{"firing":1,"resolved":0},"fingerprints":["x"],"version2":"5",
        "nested":{"a":[{"b":[1,2.5e3,null,true,""]}]}}
        """)]
    public async Task LaterVersions_AreActedOnAsThisOne(string version, string more)
    {
        _host.Hang();
        var notification = Of(Alert());
        foreach (var (name, value) in JsonNode.Parse(more)!.AsObject())
            notification[name] = value?.DeepClone();
        if (version == "later")
            notification["alerts"]![0]!["silencedBy"] = new JsonArray();
        var (status, answer) = await _host.PostAsync(Bytes(notification));
        Assert.Equal((200, "accepted"), (status, Assert.Single(WebhookHost.Verdicts(answer))));
        _host.Host.Live(60);
        Assert.Single(_host.Intents);
    }

    [Fact]
    public async Task TenThousandHostileDevices_AreUnknownAndNobodyLooksForThem()
    {
        // Found by a naive search: a name that leads out of the list of devices, and an entry of it that is no device.
        var net = Path.Combine(_host.Host.Sysfs.Root, "class/net");
        Directory.CreateDirectory(Path.Combine(_host.Host.Sysfs.Root, "class/eno9"));
        Directory.CreateDirectory(Path.Combine(_host.Host.Sysfs.Root, "etc"));
        File.WriteAllText(Path.Combine(net, "bonding_masters"), "bond0\n");
        var random = new Random(20261124);
        var calls = _host.Host.Ethtool.Calls;
        string[] known =
        [
            "../eno9", "../../etc", "eno1/../../eno9", "bonding_masters", ".", "..", "/", "-rf", "--help",
                "eno1; reboot", "$(reboot)", "`reboot`", "eno1\n", "eno1\0", "\0", "eno1 ", " eno1", "ENO1", "eno1%00",
            "*", ".*", "eno?", "eno[12]", "eno1,eno2", "eno1|eno2", "%s%n", "{{.}}", new('a', 16), new('a', 1024),
            "eno１", "еno1", "eno1\u200b", "\u202e1one", "lo", "0", "2", "null", "undefined", "true",
        ];
        for (var message = 0; message < 40; message++)
        {
            var names = Enumerable.Range(0, 250)
                .Select(number =>
                    (message * 250) + number < known.Length ? known[(message * 250) + number] : Name(random)).ToList();
            var (status, answer) =
                await _host.PostAsync(Bytes(Of([.. names.Select((name, number) => Alert(name, Fingerprint(number)))])));
            Assert.True(status == 200, answer);
            Assert.All(WebhookHost.Verdicts(answer), verdict => Assert.Equal("unknown_device", verdict));
            Assert.DoesNotContain("reboot", answer, StringComparison.Ordinal);
        }
        NothingMoved(calls);
    }

    private static string Name(Random random)
    {
        const string Alphabet = "eno12/.-_ ;$`|*\\\"'\0\n%äеｅ";
        while (true)
            if (new string(
                [.. Enumerable.Range(0, random.Next(1, 24))
                    .Select(_ =>
                        random.Next(4) == 0 ? (char)random.Next(1, 0xd800)
                        : Alphabet[random.Next(Alphabet.Length)])]) is not ("eno1" or "eno2") and var name)
                return name;
    }

    private static byte[] Body(string what)
    {
        var text = Encoding.UTF8.GetString(Bytes(Of(Alert())));
        return what switch
        {
            "a hundred thousand alerts" =>
                Encoding.UTF8.GetBytes(
                    $"{{\"version\":\"4\",\"alerts\":[{string.Join(',', Enumerable.Repeat("{}", 100_000))}]}}"),
            "ten megabytes" =>
                Encoding.UTF8.GetBytes(text.Replace("eno1", new string('x', 10 << 20), StringComparison.Ordinal)),
            "deep" => Encoding.UTF8.GetBytes(new string('[', 400_000)),
            "deep objects" =>
                Encoding.UTF8.GetBytes(
                    text[..^1] + ",\"canary\":" + string.Concat(Enumerable.Repeat("{\"a\":", 100_000)) + "1"
                    + new string('}', 100_001)),
            "NUL" => Encoding.UTF8.GetBytes(text.Replace("eno1", "eno1\0", StringComparison.Ordinal)),
            "NUL in a label" => Encoding.UTF8.GetBytes(text.Replace("eno1", "eno1\\u0000", StringComparison.Ordinal)),
            "byte order mark" => [0xEF, 0xBB, 0xBF, .. Encoding.UTF8.GetBytes(text)],
            "UTF-16" => Encoding.Unicode.GetBytes(text),
            "lone surrogate in a label" =>
                Encoding.UTF8.GetBytes(text.Replace("eno1", "eno1\\ud800", StringComparison.Ordinal)),
            "lone surrogate in the name of a label" =>
                Encoding.UTF8.GetBytes(text.Replace("\"device\"", "\"dev\\udc00ice\"", StringComparison.Ordinal)),
            "lone surrogate in the name of a member" =>
                Encoding.UTF8.GetBytes(text.Replace("\"receiver\"", "\"\\ud800canary\"", StringComparison.Ordinal)),
            "overlong UTF-8" => Splice(text, "eno1", [0xC1, 0xA5, 0x6E, 0x6F, 0x31]),
            "twice the alerts" =>
                Encoding.UTF8.GetBytes(
                    text.Replace("\"alerts\":", "\"alerts\":[],\"alerts\":", StringComparison.Ordinal)),
            "twice a label" =>
                Encoding.UTF8.GetBytes(
                    text.Replace("\"device\":", "\"device\":\"eno2\",\"device\":", StringComparison.Ordinal)),
            "twice an unknown member" =>
                Encoding.UTF8.GetBytes(
                    text.Replace("\"groupKey\":", "\"status\":1,\"status\":", StringComparison.Ordinal)
                    .Replace("\"version\":\"4\"", "\"version\":\"4\",\"version\":\"4\"", StringComparison.Ordinal)),
            "twice by an escape" =>
                Encoding.UTF8.GetBytes(
                    text.Replace("\"device\":", "\"d\\u0065vice\":\"eno2\",\"device\":", StringComparison.Ordinal)),
            "a number for the list" => "{\"version\":\"4\",\"alerts\":1}"u8.ToArray(),
            "a list for an alert" => "{\"version\":\"4\",\"alerts\":[[]]}"u8.ToArray(),
            "a label of a megabyte" =>
                Encoding.UTF8.GetBytes(
                    text.Replace("eno1", new string('x', (1 << 20) - 1000), StringComparison.Ordinal)),
            "ten thousand labels" =>
                Encoding.UTF8.GetBytes(
                    text.Replace(
                        "\"device\":",
                        string.Concat(Enumerable.Range(0, 10_000).Select(number => $"\"l{number}\":\"\","))
                        + "\"device\":", StringComparison.Ordinal)),
            "a number of a megabyte" =>
                Encoding.UTF8.GetBytes(
                    text.Replace(
                        "\"truncatedAlerts\":0", "\"truncatedAlerts\":" + new string('9', 1_000_000),
                        StringComparison.Ordinal)),
            "a trailing comma" => Encoding.UTF8.GetBytes(text[..^1] + ",}"),
            "single quotes" => Encoding.UTF8.GetBytes(text.Replace('"', '\'')),
            "NaN" => Encoding.UTF8.GetBytes(
                text.Replace("\"truncatedAlerts\":0", "\"truncatedAlerts\":NaN", StringComparison.Ordinal)),
            _ => throw new ArgumentException(what),
        };
    }

    private static byte[] Splice(string text, string word, byte[] instead)
    {
        var at = text.IndexOf(word, StringComparison.Ordinal);
        return [.. Encoding.UTF8.GetBytes(text[..at]), .. instead,
            .. Encoding.UTF8.GetBytes(text[(at + word.Length)..])];
    }

    private static void Check(int status, string answer, Func<string> what)
    {
        Assert.True(status is 200 or 400 or 413 or 415, $"{status} for {what()}");
        if (status == 200)
            return;
        Assert.True(Encoding.UTF8.GetByteCount(answer) <= ApiResult.MaxProblem, what());
        Assert.True(answer.StartsWith($"{{\n  \"type\": \"{ApiProblem.TypePrefix}", StringComparison.Ordinal), answer);
        foreach (var word in OfTheInput)
            Assert.False(answer.Contains(word, StringComparison.Ordinal), $"{answer} for {what()}");
    }

    private void NothingMoved(int calls)
    {
        Assert.Equal(calls, _host.Host.Ethtool.Calls);
        _host.Host.Live(5);
        Assert.Equal(0, _host.Operations);
        Assert.Empty(_host.Host.Ledger.State.Alerts);
        Assert.DoesNotContain(
            _host.Host.JournalEntries(), entry => entry.Event is JournalEvent.Alert or JournalEvent.Intent);
    }
}
