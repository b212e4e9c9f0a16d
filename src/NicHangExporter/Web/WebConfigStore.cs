using NicHangExporter.Hosting;
using NicHangExporter.Linux;
using NicHangExporter.Metrics;
using NicHangExporter.Options;

namespace NicHangExporter.Web;

/// <summary>
/// The current web configuration: <c>--web.config.file</c> and the certificates that it names, read again when one of
/// them changes.
/// </summary>
internal sealed partial class WebConfigStore
{
    private readonly ExporterMetrics _metrics;
    private readonly TimeProvider _clock;
    private readonly ILogger<WebConfigStore> _logger;
    private readonly string? _path;
    private readonly Lock _reading = new();
    private Dictionary<string, FileStatus> _files = [];
    private volatile LoadedWebConfig _current = LoadedWebConfig.None;
    private bool _isSettled;
    private string? _problem;
    private bool _isReported;

    /// <summary>Reads the file, if there is one.</summary>
    /// <exception cref="InvalidDataException">It is wrong. The start must not go on: what was to be protected would be
    /// open.</exception>
    public WebConfigStore(ExporterOptions options, ExporterMetrics metrics, TimeProvider clock,
        ILogger<WebConfigStore> logger)
    {
        (_metrics, _clock, _logger, _path) = (metrics, clock, logger, options.Web.ConfigFile);
        if (_path is null)
            return;
        var errors = new List<string>();
        _current = LoadedWebConfig.Load(_path, clock, errors, out _files)
            ?? throw new InvalidDataException(string.Join('\n', errors));
        foreach (var reason in WebError.All)
            metrics.WebAccessRefused.WithLabels(reason).Publish();
        Publish();
    }

    /// <summary>True where there is a file.</summary>
    public bool IsConfigured => _path is not null;

    /// <summary>What is in force now.</summary>
    public LoadedWebConfig Current => _current;

    /// <summary>
    /// Adds to <paramref name="errors"/> what is wrong with the file, one line each: at the start, that is an error of
    /// the configuration.
    /// </summary>
    public static void Check(ExporterOptions options, TimeProvider clock, List<string> errors)
    {
        if (options.Web.ConfigFile is { } path)
            LoadedWebConfig.Load(path, clock, errors, out _);
    }

    /// <summary>Checks the files, and reads all of them again if one has changed.</summary>
    public void Refresh()
    {
        if (_path is null)
            return;
        lock (_reading)
            if (!_isSettled
                || _files.Any(file => FileStatus.TryRead(file.Key, out var now) != Errno.None || now != file.Value))
                Reload(_path);
    }

    private void Reload(string path)
    {
        var errors = new List<string>();
        var before = _files;
        var loaded = LoadedWebConfig.Load(path, _clock, errors, out _files);
        if (loaded is not null && loaded.Tls is null != _current.Tls is null)
        {
            errors.Add($"{path}: TLS can't be turned on or off while the program runs: restart it");
            loaded = null;
        }
        // A change within one tick of the clock that the status has is not seen by it: after one, everything is read
        // once more.
        _isSettled = loaded is not null && _files.Count == before.Count
            && _files.All(file => before.TryGetValue(file.Key, out var status) && status == file.Value);
        if (loaded is null)
            Complain(string.Join("; ", errors));
        else
            Take(loaded);
    }

    private void Take(LoadedWebConfig loaded)
    {
        (_problem, var wasReported, _isReported) = (null, _isReported, false);
        if (loaded.Fingerprint != _current.Fingerprint)
        {
            _current = loaded;
            LogReloaded(_path!);
        }
        else if (!wasReported)
            return;
        Publish();
    }

    // What is wrong only once is a file that is being written, or a certificate whose key is still on its way.
    private void Complain(string problem)
    {
        if (problem != _problem)
            (_problem, _isReported) = (problem, false);
        else if (!_isReported)
        {
            _isReported = true;
            _metrics.WebConfigReloadSuccessful.Set(0);
            LogBroken(problem);
        }
    }

    private void Publish()
    {
        _metrics.WebConfigReloadSuccessful.Set(1);
        _metrics.WebConfigReloadTimestamp.Set(_clock.GetUtcNow().ToUnixTimeSeconds());
        if (_current.Tls is { } tls)
            _metrics.WebCertificateNotAfter.Set(tls.NotAfter.ToUnixTimeSeconds());
    }

    [LoggerMessage(EventIds.WebConfigReloaded, LogLevel.Information,
        "{Path}, or a file that it names, has changed, and is in force")]
    private partial void LogReloaded(string path);

    [LoggerMessage(EventIds.WebConfigBroken, LogLevel.Error,
        "The web configuration has changed and can't be used; the one before stays in force: {Reason}")]
    private partial void LogBroken(string reason);
}
