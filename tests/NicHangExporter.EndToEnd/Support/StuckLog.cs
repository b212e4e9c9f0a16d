using System.Globalization;
using System.Text;

namespace NicHangExporter.EndToEnd.Support;

/// <summary>
/// A standard error whose reader has stopped: a FIFO that is full before the program starts. Where the exporter listens can't be read from such a
/// log, so it gets an address of loopback that nobody else uses.
/// </summary>
internal sealed class StuckLog : IDisposable
{
    // pipe(7): what a pipe holds, unless somebody has changed it.
    private const int PipeSize = 64 * 1024;

    private readonly TemporaryDirectory _directory = new();
    private readonly FileStream _pipe;
    private readonly StringBuilder _text = new();

    public StuckLog()
    {
        Execution.Of("mkfifo", _directory["stderr"]).Succeeded();
        // For both: opening does not wait for the other side, and the exporter never meets a pipe without a reader, which would be an error and no wait.
        _pipe = new FileStream(_directory["stderr"], FileMode.Open, FileAccess.ReadWrite, FileShare.ReadWrite, bufferSize: 0);
        _pipe.Write(Enumerable.Repeat((byte)'\n', PipeSize).ToArray());
    }

    /// <summary>An exporter that logs here.</summary>
    public ExporterCommand Command(params IEnumerable<string> arguments)
    {
        var number = Environment.ProcessId;
        var authority = string.Create(CultureInfo.InvariantCulture, $"127.{100 + number / 65536 % 100}.{number / 256 % 256}.{number % 256}:9917");
        return new ExporterCommand([$"--web.listen-address={authority}", .. arguments])
        {
            Wrapper = ["sh", "-c", $"exec \"$0\" \"$@\" 2>'{_directory["stderr"]}'"],
            Address = new Uri($"http://{authority}"),
        };
    }

    /// <summary>The reader comes back, and reads up to a line with this in it.</summary>
    public async Task<string> ReadToAsync(string part)
    {
        await Task.Run(() =>
        {
            var buffer = new byte[PipeSize];
            while (!_text.ToString().Contains(part, StringComparison.Ordinal) || _text[^1] != '\n')
                _text.Append(Encoding.UTF8.GetString(buffer, 0, _pipe.Read(buffer)));
        }).WaitAsync(Eventually.Limit);
        return _text.ToString().TrimStart('\n');
    }

    public void Dispose()
    {
        _pipe.Dispose();
        _directory.Dispose();
    }
}
