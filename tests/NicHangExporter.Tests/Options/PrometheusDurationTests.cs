using NicHangExporter.Text;

namespace NicHangExporter.Tests.Options;

public sealed class PrometheusDurationTests
{
    [Theory]
    [InlineData("500ms", 0.5)]
    [InlineData("10s", 10)]
    [InlineData("1m30s", 90)]
    [InlineData("6h", 21_600)]
    [InlineData("1d2h3m4s5ms", 93_784.005)]
    [InlineData("0s", 0)]
    public void TryParse_ADuration_IsItsSeconds(string text, double seconds)
    {
        Assert.True(PrometheusDuration.TryParse(text, out var duration));
        Assert.Equal(seconds, duration.TotalSeconds, 6);
    }

    [Theory]
    [InlineData("")]
    [InlineData("10")]
    [InlineData("s")]
    [InlineData("-1s")]
    [InlineData("1.5s")]
    [InlineData("10 s")]
    [InlineData("1s1m")]
    [InlineData("1s1s")]
    [InlineData("1w")]
    [InlineData("999999999d")]
    [InlineData("99999999999999999999s")]
    [InlineData("1001d")]
    public void TryParse_SomethingElse_IsRefused(string text) => Assert.False(PrometheusDuration.TryParse(text, out _));

    [Theory]
    [InlineData("500ms")]
    [InlineData("1m30s")]
    [InlineData("1d2h3m4s5ms")]
    [InlineData("0s")]
    public void Format_OfAParsedDuration_IsTheSameText(string text)
    {
        Assert.True(PrometheusDuration.TryParse(text, out var duration));
        Assert.Equal(text, PrometheusDuration.Format(duration));
    }
}
