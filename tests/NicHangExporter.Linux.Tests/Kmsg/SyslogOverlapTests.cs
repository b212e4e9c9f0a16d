using System.Text;
using NicHangExporter.Linux.Kmsg;

namespace NicHangExporter.Linux.Tests.Kmsg;

public sealed class SyslogOverlapTests
{
    [Theory]
    [InlineData("", "", 0)]
    [InlineData("", "a\n", 0)]
    [InlineData("a\n", "", 0)]
    [InlineData("a\nb\n", "a\nb\n", 4)]
    [InlineData("a\nb\n", "a\nb\nc\n", 4)]
    [InlineData("a\nb\n", "b\nc\n", 2)]
    [InlineData("a\nb\n", "c\nd\n", 0)]
    [InlineData("a\nb\n", "a\nc\n", 0)]
    // The end of a line is no line.
    [InlineData("a\nxb\n", "b\nc\n", 0)]
    // The same line again: the longest overlap.
    [InlineData("a\na\n", "a\na\na\n", 4)]
    [InlineData("b\na\na\n", "a\nc\n", 2)]
    public void Length_IsTheEndOfTheLastLook(string before, string now, int expected) =>
        Assert.Equal(expected, SyslogOverlap.Length(Encoding.ASCII.GetBytes(before), Encoding.ASCII.GetBytes(now)));

    [Fact]
    public void Length_OfAnyTwoWindowsOfALogWithTimes_IsExact()
    {
        var random = new Random(17);
        for (var run = 0; run < 2000; run++)
        {
            // Texts repeat, times do not; one text looks like a line of its own.
            string[] texts = ["eno1: tx hang", "<3>[    1.000000] x", ""];
            var lines = Enumerable.Range(0, 40).Select(i =>
                $"<3>[{i,5}.000000] {texts[random.Next(texts.Length)]}\n").ToArray();
            var (start, end) = (random.Next(20), random.Next(20, 40));
            var (nextStart, nextEnd) = (random.Next(start, 40), random.Next(end, 41));
            if (nextStart > nextEnd)
                continue;
            var before = string.Concat(lines[start..end]);
            var now = string.Concat(lines[nextStart..nextEnd]);

            var expected = nextStart < end ? string.Concat(lines[nextStart..end]).Length : 0;
            Assert.Equal(expected, SyslogOverlap.Length(Encoding.ASCII.GetBytes(before), Encoding.ASCII.GetBytes(now)));
        }
    }
}
