using System.Text;
using NicHangExporter.Linux;
using NicHangExporter.Remediation.Evidence;

namespace NicHangExporter.Tests.Remediation;

public sealed class EpisodeIdTests
{
    private static readonly DateTimeOffset Start = new(2026, 11, 23, 16, 30, 0, TimeSpan.FromHours(2));

    [Theory]
    [InlineData("eno1", "20261123T143000Z-eno1")]
    [InlineData("enp0s31f6.100", "20261123T143000Z-enp0s31f6.100")]
    [InlineData("-rf", "20261123T143000Z--rf")]
    [InlineData("...", "20261123T143000Z-...")]
    [InlineData("$(id)", "20261123T143000Z-~24~28id~29")]
    [InlineData("a~62", "20261123T143000Z-a~7e62")]
    [InlineData(@"\xff\xfe", "20261123T143000Z-~ff~fe")]
    [InlineData("ü", "20261123T143000Z-~c3~bc")]
    public void New_AnyName_IsSafeAndSound(string name, string expected)
    {
        var id = EpisodeId.New(Start, Name(name));

        Assert.Equal(expected, id);
        Assert.True(EpisodeId.IsValid(id));
    }

    [Fact]
    public void New_EveryByteAndLength_IsUniqueAndSound()
    {
        var ids = new HashSet<string>();
        var random = new Random(1);
        var names = Enumerable.Range(0, 256).Select(octet => new[] { (byte)octet })
            .Concat(Enumerable.Range(0, 10_000).Select(_ => Bytes(random))).DistinctBy(Encoding.Latin1.GetString);
        var count = 0;
        foreach (var bytes in names)
            if (InterfaceName.TryParse(bytes, out var name))
            {
                count++;
                var id = EpisodeId.New(Start, name);
                Assert.True(EpisodeId.IsValid(id), id);
                Assert.True(ids.Add(id), id);
            }
        Assert.InRange(count, 2000, 20_000);

        static byte[] Bytes(Random random)
        {
            var bytes = new byte[random.Next(1, 16)];
            random.NextBytes(bytes);
            return bytes;
        }
    }

    [Theory]
    [InlineData(null)]
    [InlineData("")]
    [InlineData("eno1")]
    [InlineData("20261123T143000Z")]
    [InlineData("20261123T143000Z-")]
    [InlineData("20261123T143000Z-../../../etc/passwd")]
    [InlineData("../20261123T143000Z-eno1")]
    [InlineData("/etc/passwd")]
    [InlineData("20261323T143000Z-eno1")]
    [InlineData("20261123T143000Z_eno1")]
    [InlineData("20261123T143000Z-eno1\0")]
    [InlineData("20261123T143000Z-eno1\n")]
    [InlineData("20261123T143000Z-eno 1")]
    [InlineData("２0261123T143000Z-eno1")]
    [InlineData("20261123T143000Z-aaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaa")]
    public void IsValid_WhatIsNoId_IsFalse(string? id) => Assert.False(EpisodeId.IsValid(id));

    private static InterfaceName Name(string text) =>
        InterfaceName.TryParse(text, out var name) ? name : throw new ArgumentException(text);
}
