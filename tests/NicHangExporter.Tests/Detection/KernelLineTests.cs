using System.Text;
using NicHangExporter.Detection;
using NicHangExporter.Detection.Episodes;

namespace NicHangExporter.Tests.Detection;

public sealed class KernelLineTests : IDisposable
{
    private readonly FixtureHost _host = new();

    public void Dispose() => _host.Dispose();

    [Theory]
    [InlineData("one", "one")]
    [InlineData("", "")]
    [InlineData("hang:\n  TDH <14>\n  TDT <1a>", "hang:\n  TDH <14>\n  TDT <1a>")]
    [InlineData("\n\nx\n", "\n\nx\n")]
    [InlineData("a\tb\u001b[31m\\x0a", @"a\x09b\x1b[31m\x5cx0a")]
    [InlineData("Gerät \u202e€", @"Gerät \xe2\x80\xae€")]
    public void Printable_KeepsLinesAndEscapesWhatNobodySees(string text, string expected) =>
        Assert.Equal(expected, KernelLine.Printable(Encoding.UTF8.GetBytes(text)));

    [Theory]
    [InlineData("a", 3000)]
    [InlineData("\u001b", 1000)]
    [InlineData("€", 1000)]
    [InlineData("x\U0001F525", 900)]
    public void Printable_LongText_IsCutBetweenTwoCharacters(string unit, int times)
    {
        var text = KernelLine.Printable(Encoding.UTF8.GetBytes(string.Concat(Enumerable.Repeat(unit, times))));

        Assert.InRange(Encoding.UTF8.GetByteCount(text), KernelLine.MaxLength - 8, KernelLine.MaxLength);
        Assert.DoesNotContain('\ufffd', text);
    }

    [Theory]
    [InlineData(0, "[0.000000] x")]
    [InlineData(12345.678901, "[12345.678901] x")]
    public void ToString_IsAsDmesgPrints(double seconds, string expected) =>
        Assert.Equal(expected, new KernelLine(TimeSpan.FromSeconds(seconds), "x").ToString());

    [Fact]
    public async Task Watcher_Event_CarriesTheRecordItselfWithItsOwnTime()
    {
        _host.Append(1,
            @"e1000e 0000:00:1f.6 eno1: Detected Hardware Unit Hang:\x0a  TDH                  <14>"
                + @"\x0a  TDT                  <1a>",
            at: 12.25);
        _host.Watcher.Start(resumeAfter: default, TestContext.Current.CancellationToken);
        await _host.Watcher.CaughtUp.WaitAsync(TimeSpan.FromSeconds(30), TestContext.Current.CancellationToken);

        Assert.True(_host.Watcher.Events.TryRead(out var item));

        Assert.Equal(
            "[12.250000] e1000e 0000:00:1f.6 eno1: Detected Hardware Unit Hang:\n  TDH                  <14>\n"
                + "  TDT                  <1a>",
            item.Line.ToString());
    }

    [Fact]
    public void Device_RemembersItsLastTwentyLines()
    {
        var device = new DeviceTracker(default, default);
        for (var second = 1; second <= 25; second++)
            device.Remember(new KernelLine(TimeSpan.FromSeconds(second), "x"));

        Assert.Equal(Enumerable.Range(6, 20).Select(second => $"[{second}.000000] x"), device.KernelLines);
    }
}
