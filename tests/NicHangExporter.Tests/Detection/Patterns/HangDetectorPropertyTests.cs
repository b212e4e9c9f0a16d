using System.Text;
using NicHangExporter.Detection.Patterns;
using NicHangExporter.TestSupport;

namespace NicHangExporter.Tests.Detection.Patterns;

/// <summary>The fast detector against the slow one, on a million damaged records; and what it costs.</summary>
public sealed class HangDetectorPropertyTests
{
    [Fact]
    public void MutatedRecord_AMillionTimes_IsWhatTheNaiveDetectorSays()
    {
        var found = 0;
        var wrong = Enumerable.Range(0, 4).AsParallel().SelectMany(part =>
        {
            var disagreements = new List<string>();
            var mutations = new Mutations(seed: 20_260_724 + part);
            for (var count = 0; count < 250_000; count++)
            {
                var text = mutations.Next();
                var kernel = HangDetector.TryDetect(text, default, default, DetectionMode.Kernel, out var message);
                var pasted = HangDetector.TryDetect(text, default, default, DetectionMode.Pasted, out _);
                if (kernel) Interlocked.Increment(ref found);
                var latin = Encoding.Latin1.GetString(text);
                var expected = NaiveDetector.Matches(latin).ToArray();
                // A damaged line may match both a row that counts and one that does not. Either is correct.
                var agrees = kernel
                    ? expected.Contains(message.Pattern)
                    : expected.Length == 0 || expected.Any(row => row.Kind == MessageKind.Ignored);
                // What a strict reading accepts, a lenient one does.
                if (!agrees || kernel && !pasted)
                    disagreements.Add(
                        $"{NicHangExporter.Linux.KernelText.Escape(text)} => "
                        + $"{(kernel ? message.Pattern.Id : "nothing")}, pasted {pasted}, "
                        + $"naive: {string.Join(' ', expected.Select(row => row.Id))}");
            }
            return disagreements;
        }).Take(20).ToArray();

        Assert.True(wrong.Length == 0, string.Join('\n', wrong));
        Assert.InRange(found, 30_000, 900_000);
    }

    [Fact]
    public void MutatedRecord_WithAnyDictionary_NeverThrowsAndNeverNamesAnotherBus()
    {
        var mutations = new Mutations(seed: 7);
        for (var count = 0; count < 100_000; count++)
        {
            var text = mutations.Next();
            var device = mutations.Next();
            Assert.False(
                HangDetector.TryDetect(text, "pci"u8, "+pci:ffff:ff:1f.7"u8, DetectionMode.Kernel, out var message)
                    && message.Bus.ToString() != "ffff:ff:1f.7");
            HangDetector.TryDetect(text, mutations.Next(), device, DetectionMode.Kernel, out _);
        }
    }

    [Fact]
    public void TryDetect_RecordThatDoesNotMatch_AllocatesNothing()
    {
        // Look-alikes and ignored messages included: they go furthest.
        var records = Mutations.LabRecords().Concat(Mutations.Texts().Select(Encoding.Latin1.GetBytes))
            .Where(text => !HangDetector.TryDetect(text, default, default, DetectionMode.Kernel, out _)).ToArray();
        Assert.InRange(records.Length, 400, int.MaxValue);
        Run();

        Assert.Equal(0, Allocations.Of(Run));

        void Run()
        {
            foreach (var record in records)
                HangDetector.TryDetect(record, "pci"u8, "+pci:0000:00:1f.6"u8, DetectionMode.Kernel, out _);
        }
    }

    [Fact]
    public void TryDetect_LinesBuiltToBeSlow_StayFast()
    {
        // Two %s: every ", vq: 0x" is a place where the first one could end.
        var text = Encoding.ASCII.GetBytes(
            "virtio_net virtio0 eth0: TX timeout on queue: 0, sq: "
                + string.Concat(Enumerable.Repeat(", vq: 0x1, name: ", 200)))[..HangDetector.MaxLineLength];
        var start = TimeProvider.System.GetTimestamp();
        for (var count = 0; count < 100; count++)
            Assert.False(HangDetector.TryDetect(text, default, default, DetectionMode.Kernel, out _));
        Assert.InRange(TimeProvider.System.GetElapsedTime(start).TotalSeconds, 0, 5);
    }
}
