using System.Text;
using NicHangExporter.Metrics;

namespace NicHangExporter.Tests.Metrics;

public sealed class ExpositionWriterTests
{
    private static readonly MetricFamily Family = new("nichang_test_total", MetricType.Counter, "A test.");

    [Fact]
    public void Sample_OfAFamily_IsPrecededByHelpAndTypeOnce() =>
        Assert.Equal(
            """
            # HELP nichang_test_total A test.
            # TYPE nichang_test_total counter
            nichang_test_total{device="a"} 1
            nichang_test_total{device="b"} 2

            """,
            Write(writer =>
            {
                writer.Begin(Family);
                writer.Sample(Family).Label("device", "a").Value(1UL);
                writer.Sample(Family).Label("device", "b").Value(2UL);
            }));

    [Fact]
    public void Begin_AFamilyWithoutSamples_LeavesNoTrace() => Assert.Equal("", Write(writer => writer.Begin(Family)));

    [Theory]
    [InlineData("a\"b", "a\\\"b")]
    [InlineData("a\\b", "a\\\\b")]
    [InlineData("a\nb", "a\\nb")]
    [InlineData("\\\"\n", "\\\\\\\"\\n")]
    [InlineData("} 1\nnichang_forged 2", "} 1\\nnichang_forged 2")]
    [InlineData("äöü", "äöü")]
    public void Label_AnyValue_StaysInItsQuotes(string value, string expected) =>
        Assert.EndsWith(
            $"{{device=\"{expected}\"}} 1\n",
            Write(writer => writer.Sample(Family).Label("device", value).Value(true)));

    [Theory]
    [InlineData(0.0, "0")]
    [InlineData(1.5, "1.5")]
    [InlineData(-1.0, "-1")]
    [InlineData(1e21, "1e+21")]
    [InlineData(double.NaN, "NaN")]
    [InlineData(double.PositiveInfinity, "+Inf")]
    [InlineData(double.NegativeInfinity, "-Inf")]
    public void Value_ANumber_IsWrittenAsPrometheusReadsIt(double value, string expected) =>
        Assert.EndsWith($"nichang_test_total {expected}\n", Write(writer => writer.Sample(Family).Value(value)));

    [Fact]
    public void Value_TheLargestCount_IsExact() =>
        Assert.EndsWith(" 18446744073709551615\n", Write(writer => writer.Sample(Family).Value(ulong.MaxValue)));

    [Fact]
    public void Help_WithLineBreak_IsEscaped()
    {
        var family = new MetricFamily("x", MetricType.Gauge, "a\nb\\c");

        Assert.StartsWith("# HELP x a\\nb\\\\c\n", Write(writer =>
        {
            writer.Begin(family);
            writer.Sample(family).Value(1UL);
        }));
    }

    private static string Write(Action<ExpositionWriter> write)
    {
        var body = new ExpositionBody();
        write(new ExpositionWriter(body));
        return Encoding.UTF8.GetString([.. body.Pieces.SelectMany(piece => piece.ToArray())]);
    }
}
