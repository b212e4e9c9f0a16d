using System.Globalization;
using System.Text;

namespace NicHangExporter.EndToEnd.Support;

/// <summary>
/// A standard error whose reader has stopped: a FIFO that is full before the program starts. A test can't read the
/// exporter's address from such a log, so it gets a loopback address that no other process uses.
/// </summary>
internal sealed class StuckLog : IDisposable
{
    // pipe(7): the default capacity of a pipe.
    private const int PipeSize = 64 * 1024;

    private readonly TemporaryDirectory _directory = new();
    private readonly FileStream _pipe;
    private readonly StringBuilder _text = new();

    public StuckLog()
    {
        Execution.Of("mkfifo", _directory["stderr"]).Succeeded();
        // Open for both directions: opening does not wait for the other side, and the exporter never has a pipe without
        // a reader, which would be an error instead of a wait.
        _pipe = new FileStream(
            _directory["stderr"], FileMode.Open, FileAccess.ReadWrite, FileShare.ReadWrite, bufferSize: 0);
        _pipe.Write(Enumerable.Repeat((byte)'\n', PipeSize).ToArray());
    }

    /// <summary>An exporter that logs here.</summary>
    public ExporterCommand Command(params IEnumerable<string> arguments)
    {
        var number = Environment.ProcessId;
        var authority = string.Create(CultureInfo.InvariantCulture,
            $"127.{100 + number / 65536 % 100}.{number / 256 % 256}.{number % 256}:9917");
        return new ExporterCommand([$"--web.listen-address={authority}", .. arguments])
        {
            Wrapper = ["sh", "-c", $"exec \"$0\" \"$@\" 2>'{_directory["stderr"]}'"],
            Address = new Uri($"http://{authority}"),
        };
    }

    /// <summary>Reads again, up to a line that contains this text.</summary>
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
