using System.Text;

namespace NicHangExporter.Tests.Api.Alertmanager;

/// <summary>Seeded mutations of a notification, of its bytes and of its words.</summary>
internal static class HostileBodies
{
    private static readonly byte[][] Words =
    [
        .. new[]
        {
            "{", "}", "[", "]", "\"", ",", ":", "\\", "null", "true", "-1", "0", "1e999", "18446744073709551616",
                "\"\"", "{}", "[]", "\\u0000", "\\ud800", "\\udfff\\ud800", "\\u000a", "/**/", "\"alerts\":",
            "\"alerts\":[],", "\"status\":\"firing\",", "\"status\":\"Firing\",", "\"version\":\"4\",",
            "\"version\":4,", "\"labels\":{},", "\"device\":\"eno1\",", "\"device\":\"../../etc/passwd\",",
            "\"instance\":\"pve1\",", "\"startsAt\":\"0001-01-01T00:00:00Z\",",
            "\"startsAt\":\"9999-12-31T23:59:59Z\",", "\"startsAt\":null,", "\"fingerprint\":\"\",",
            "\"truncatedAlerts\":-1,", "resolved", "eno1", "eno2",
            "$(id)", "漢字", "😀", "\uFEFF", new string('[', 40), new string('x', 1500),
        }.Select(Encoding.UTF8.GetBytes),
        [0], [0x80], [0xC0, 0x80], [0xED, 0xA0, 0x80], [0xF8, 0x88, 0x80, 0x80, 0x80], [0xFF, 0xFE],
    ];

    /// <summary>A mutation of a body; the same for the same seed.</summary>
    public static byte[] Mutate(byte[] body, int seed)
    {
        var random = new Random(seed);
        var bytes = body.ToList();
        for (var times = random.Next(1, 5); times > 0; times--)
            Change(bytes, random);
        return [.. bytes];
    }

    private static void Change(List<byte> bytes, Random random)
    {
        var at = random.Next(bytes.Count + 1);
        var length = Math.Min(random.Next(1, 40), bytes.Count - at);
        switch (random.Next(8))
        {
            case 0 when at < bytes.Count:
                bytes[at] = (byte)random.Next(256);
                break;
            case 1 when at < bytes.Count:
                bytes[at] ^= (byte)(1 << random.Next(8));
                break;
            case 2:
                bytes.RemoveRange(at, length);
                break;
            case 3:
                bytes.InsertRange(at, bytes.GetRange(at, length));
                break;
            case 4:
                bytes.RemoveRange(at, length);
                bytes.InsertRange(at, Words[random.Next(Words.Length)]);
                break;
            case 5 when random.Next(10) == 0:
                bytes.RemoveRange(at, bytes.Count - at);
                break;
            // After a comma or a brace, where it is most likely to be valid.
            case 6 when bytes.FindIndex(at, character => character is (byte)',' or (byte)'{') is >= 0 and var place:
                bytes.InsertRange(place + 1, Words[random.Next(Words.Length)]);
                break;
            // A digit or a letter in place of another one leaves it valid.
            case 7 when bytes.FindIndex(at, character => char.IsAsciiLetterOrDigit((char)character)) is >= 0
                and var place:
                bytes[place] = (byte)"0123456789abcdefXYZ_-."[random.Next(22)];
                break;
            default:
                bytes.InsertRange(at, Words[random.Next(Words.Length)]);
                break;
        }
    }
}
