using System.Text;
using NicHangExporter.Metrics;

namespace NicHangExporter.Tests.Metrics;

/// <summary>
/// The text of the exporter's own metrics is the text that prometheus-net gives for the same registry.
/// </summary>
public sealed class OwnMetricTests
{
    private readonly ExporterMetrics _metrics = new();

    [Fact]
    public async Task Text_OfNewMetrics_IsThatOfTheLibrary() => Assert.Equal(await LibraryAsync(), Own());

    [Fact]
    public async Task Text_AfterEachOfManyRandomChanges_IsThatOfTheLibrary()
    {
        var random = new Random(20);
        for (var change = 0; change < 500; change++)
        {
            Change(random);

            // The library gives the place of a removed series to the next new one.
            Assert.Equal(Sorted(await LibraryAsync()), Sorted(Own()));
        }
    }

    [Fact]
    public async Task Text_WhileSeriesChange_HasTheLastValueInTheEnd()
    {
        var stop = new CancellationTokenSource();
        var reader = Task.Run(
            () =>
            {
                while (!stop.IsCancellationRequested)
                    Own();
            }, TestContext.Current.CancellationToken);
        await Parallel.ForAsync(0, 8, TestContext.Current.CancellationToken, (writer, _) =>
        {
            for (var number = 0; number < 2000; number++)
            {
                _metrics.KmsgRecords.Inc();
                _metrics.Active.WithLabels($"eth{writer}").Set(number);
                _metrics.ActiveShape.WithLabels($"eth{writer}", "wedge").Set(1);
                _metrics.ActiveShape.RemoveLabelled($"eth{writer}", "wedge");
            }
            return ValueTask.CompletedTask;
        });
        await stop.CancelAsync();
        await reader;

        var text = Own();
        Assert.Contains("\nnichang_kmsg_records_total 16000\n", text, StringComparison.Ordinal);
        Assert.Contains("\nnichang_hang_active{device=\"eth7\"} 1999\n", text, StringComparison.Ordinal);
        Assert.DoesNotContain("\nnichang_hang_active_shape{", text, StringComparison.Ordinal);
        stop.Dispose();
    }

    [Fact]
    public void WithLabels_OfAWrongNumber_IsRefused()
    {
        Assert.Throws<ArgumentException>(() => _metrics.Active.WithLabels("eth0", "more"));
        Assert.Throws<ArgumentException>(() => _metrics.Active.Set(1));
    }

    private void Change(Random random)
    {
        var device = random.GetItems(["eth0", "a\"b\\c\nd", "ä"], 1)[0];
        var value = random.GetItems([0, 1, 0.1, 1e15, 1e-7, 123456789.25, -3, double.NaN], 1)[0];
        switch (random.Next(9))
        {
            case 0:
                _metrics.KmsgRecords.Inc();
                break;
            case 1:
                _metrics.HangEvents.WithLabels(device, "driver", "live").Inc(random.Next(3));
                break;
            case 2:
                _metrics.OutageSeconds.WithLabels(device).IncTo(random.Next(100) / 8.0);
                break;
            case 3:
                _metrics.LastEvent.WithLabels(device).Set(value);
                break;
            case 4:
                _metrics.LastEvent.RemoveLabelled(device);
                break;
            case 5:
                _metrics.RemediationDuration.Observe(random.Next(200));
                break;
            case 6:
                _metrics.AlertsBuffered.Publish();
                break;
            case 7:
                _metrics.RemediationDeclined.WithLabels("local", device).Publish();
                break;
            default:
                _metrics.KmsgUp.Set(value);
                break;
        }
    }

    private static string Sorted(string text) => string.Join('\n', text.Split('\n').Order(StringComparer.Ordinal));

    private string Own()
    {
        var body = new ExpositionBody();
        var writer = new ExpositionWriter(body);
        foreach (var metric in _metrics.All)
            metric.Write(writer);
        return Encoding.UTF8.GetString([.. body.Pieces.SelectMany(piece => piece.ToArray())]);
    }

    private async Task<string> LibraryAsync()
    {
        using var stream = new MemoryStream();
        await _metrics.Registry.CollectAndExportAsTextAsync(stream, TestContext.Current.CancellationToken);
        return Encoding.UTF8.GetString(stream.ToArray());
    }
}
