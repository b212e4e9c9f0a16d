using System.Text;
using NicHangExporter.Hosting;

namespace NicHangExporter.Tests.Api;

/// <summary>
/// Mutated bodies: only the statuses of the document, never 5xx, and no action without a valid request.
/// </summary>
public sealed class ApiFuzzTests : IDisposable
{
    private const string Path = "/api/v1/remediations";

    private static readonly string[] Samples =
    [
        """{"device":"eno1","features":["tso","gso"],"recover":false,"dryRun":true,"""
            + "\"reason\":\"ticket 17: \\u00fcber \\\"eno1\\\"\"}",
        """{"device":"0000:00:1f.6","profile":"segmentation","dryRun":true}""",
        """{ "dryRun" : true , "device" : "eno1" , "recover" : true }""",
    ];

    private static readonly string[] Pieces =
    [
        "{", "}", "[", "]", "\"", ",", ":", "null", "true", "false", "-1", "1e999", "0.1", "\\u0000", "\\ud800",
            "\\x41", "\0", "\n", "/*", "\"device\":\"eno1\",", "\"dryRun\":false,", "\"dryRun\":true,",
        "\"features\":[],", "\"x\":1,", "eno1", "eno9", "../../etc/passwd", "$(id)", "漢字", "😀", "\uFEFF",
        new string('[', 64), new string('a', 2000),
    ];

    private readonly ApiHost _api = new();

    public void Dispose() => _api.Dispose();

    [Fact]
    public async Task EveryTruncation_Is400()
    {
        foreach (var sample in Samples.Select(Encoding.UTF8.GetBytes))
            for (var length = 0; length < sample.Length; length++)
                Assert.Equal("malformed", (await AskAsync(sample[..length])).Problem);
        Assert.Equal(0, _api.Submitted);
        foreach (var sample in Samples)
            Assert.Equal(200, (await AskAsync(Encoding.UTF8.GetBytes(sample))).Status);
    }

    [Fact]
    public async Task MutatedBodies_NeverFailUsAndNeverActByAccident()
    {
        var statuses = new SortedDictionary<int, int>();
        // A body that has lost its dryRun is a request for a change. It may be carried out only if it is valid.
        var random = new Random(20261123);
        for (var i = 0; i < 20_000; i++)
        {
            var body = Mutate(Encoding.UTF8.GetBytes(Samples[random.Next(Samples.Length)]), random);
            var before = _api.Submitted;
            var reply = await AskAsync(body);
            statuses[reply.Status] = statuses.GetValueOrDefault(reply.Status) + 1;
            Assert.True(reply.Status is 200 or 400 or 404 or 409 or 413 or 422
                or 429, $"{reply.Status} for {Encoding.UTF8.GetString(body)}: {reply.Body}");
            // The name of an absent device goes to the remediator.
            var declined = reply.Status == 404 && reply.Json["id"] is not null ? 1 : 0;
            if (reply.Status is 400 or 404 or 413)
                Assert.Equal(before + declined, _api.Submitted);
        }

        TestContext.Current.TestOutputHelper?.WriteLine(
            string.Join(", ", statuses.Select(status => $"{status.Key}: {status.Value}")));
        Assert.True(statuses[400] > 10_000 && statuses[200] > 100, "the mutations are too tame or too wild");
        Assert.Equal(0, _api.Host.Log.Count(EventIds.ApiFailed));
        // The bodies that were carried out had lost their dryRun.
        Assert.True(_api.Intents().Count <= 2);
    }

    private static byte[] Mutate(byte[] body, Random random)
    {
        var bytes = body.ToList();
        for (var times = random.Next(1, 4); times > 0; times--)
            switch (random.Next(7))
            {
                case 0 when bytes.Count > 0:
                    bytes[random.Next(bytes.Count)] = (byte)random.Next(256);
                    break;
                case 1 when bytes.Count > 0:
                    bytes[random.Next(bytes.Count)] ^= (byte)(1 << random.Next(8));
                    break;
                case 2 when bytes.Count > 0:
                    bytes.RemoveAt(random.Next(bytes.Count));
                    break;
                case 3:
                    bytes.InsertRange(
                        random.Next(bytes.Count + 1), Encoding.UTF8.GetBytes(Pieces[random.Next(Pieces.Length)]));
                    break;
                case 4 when bytes.Count > 0:
                    bytes = bytes[..random.Next(bytes.Count)];
                    break;
                case 5 when bytes.Count > 1:
                    var from = random.Next(bytes.Count);
                    bytes.InsertRange(random.Next(bytes.Count), bytes.GetRange(from, random.Next(bytes.Count - from)));
                    break;
                default:
                    bytes.InsertRange(0, Enumerable.Repeat((byte)' ', random.Next(20_000)));
                    break;
            }
        return [.. bytes];
    }

    private Task<ApiReply> AskAsync(byte[] body) => _api.SendAsync("POST", Path, body, ApiHost.Remediate);
}
