using Microsoft.Extensions.Logging;
using Microsoft.Extensions.Time.Testing;
using NicHangExporter.Api.Auth;
using NicHangExporter.Linux;
using NicHangExporter.Metrics;
using NicHangExporter.Options;
using NicHangExporter.TestSupport;

namespace NicHangExporter.Tests.Api;

/// <summary>Token files in a directory of their own, and a store over them with a fake clock.</summary>
internal sealed class TokenFiles : IDisposable
{
    private const UnixFileMode OwnerOnly = UnixFileMode.UserRead | UnixFileMode.UserWrite;

    private readonly TemporaryDirectory _directory = new();
    private readonly ILoggerFactory _factory;
    private int _replacements;

    public TokenFiles() =>
        _factory = LoggerFactory.Create(builder => builder.SetMinimumLevel(LogLevel.Trace).AddProvider(Log));

    public RecordingLogger Log { get; } = new();

    public FakeTimeProvider Clock { get; } = new();

    public ExporterMetrics Metrics { get; } = new();

    public ExporterOptions Options { get; private set; } = new();

    public string Path(string name) => _directory.File(name);

    /// <summary>Another token each time, of 64 characters.</summary>
    public static string NewToken() =>
        Convert.ToHexStringLower(System.Security.Cryptography.RandomNumberGenerator.GetBytes(32));

    public static string Bearer(string token) => "Bearer " + token;

    /// <summary>Writes a file, and configures it.</summary>
    public string Add(string name, string scope, string content, UnixFileMode mode = OwnerOnly)
    {
        Write(name, content, mode);
        Assert.Null(TokenFile.TryParse($"{name}:{scope}={Path(name)}", out var file));
        Configure(file!);
        return content;
    }

    /// <summary>Configures one more file.</summary>
    public void Configure(TokenFile file) =>
        Options = Options with { Api = Options.Api with { TokenFiles = [.. Options.Api.TokenFiles, file] } };

    /// <summary>Replaces a file as it should be done: by renaming.</summary>
    public string Replace(string name, string content)
    {
        var next = Path($"{name}.{_replacements++}");
        WriteAt(next, content, OwnerOnly);
        File.Move(next, Path(name), overwrite: true);
        return content;
    }

    /// <summary>Writes into the file that is there.</summary>
    public void Write(string name, string content, UnixFileMode mode = OwnerOnly) => WriteAt(Path(name), content, mode);

    public CredentialStore Open(TokenArithmetic? arithmetic = null) =>
        new(Options, Metrics, Clock, _factory.CreateLogger<CredentialStore>(), arithmetic);

    public async Task<string> MetricsAsync()
    {
        using var stream = new MemoryStream();
        await Metrics.Registry.CollectAndExportAsTextAsync(stream, TestContext.Current.CancellationToken);
        return System.Text.Encoding.UTF8.GetString(stream.ToArray());
    }

    public void Dispose()
    {
        _factory.Dispose();
        _directory.Dispose();
    }

    private static void WriteAt(string path, string content, UnixFileMode mode)
    {
        File.WriteAllText(path, content);
        File.SetUnixFileMode(path, mode);
    }
}
