using System.Net;
using System.Security.Cryptography;
using NicHangExporter.Hosting;
using NicHangExporter.Linux;
using NicHangExporter.Logging;
using NicHangExporter.Metrics;
using NicHangExporter.Options;
using NicHangExporter.Web;

namespace NicHangExporter.Api.Auth;

/// <summary>
/// The bearer tokens of <c>--api.token-file</c>, as SHA-256 only. <see cref="Web.FileReloadService"/> checks the files
/// each <see cref="CheckInterval"/>. Requests compare only with what is in memory: no client causes reads of the disk,
/// and no request waits for one. A new token is valid within the interval. A token that its file no longer holds is
/// invalid within the interval and <see cref="Linger"/> together, whatever the file holds instead. This is long enough
/// for a rewrite that is not atomic, and for a client that reads its copy a moment later.
/// </summary>
internal sealed partial class CredentialStore
{
    /// <summary>How often the files are checked.</summary>
    public static readonly TimeSpan CheckInterval = TimeSpan.FromSeconds(1);

    /// <summary>How long a token stays valid after its file was seen without it.</summary>
    public static readonly TimeSpan Linger = TimeSpan.FromSeconds(3);

    private readonly ExporterMetrics _metrics;
    private readonly TimeProvider _clock;
    private readonly ILogger<CredentialStore> _logger;
    private readonly TokenArithmetic _arithmetic;
    private readonly byte[] _none = new byte[SHA256.HashSizeInBytes];
    private readonly uint _user = FileStatus.EffectiveUser;
    private readonly Lock _reading = new();
    private readonly LogThrottle _throttle;
    private volatile LoadedToken[] _slots;

    /// <summary>Reads the files. A file without a token is logged, and may hold one later.</summary>
    public CredentialStore(ExporterOptions options, ExporterMetrics metrics, TimeProvider clock,
        ILogger<CredentialStore> logger, TokenArithmetic? arithmetic = null)
    {
        (_metrics, _clock, _logger) = (metrics, clock, logger);
        _arithmetic = arithmetic ?? TokenArithmetic.Real;
        _throttle = new LogThrottle(clock);
        _slots = [.. options.Api.TokenFiles.Select(file => new LoadedToken(file))];
        if (!IsConfigured)
            return;
        foreach (var reason in RefusalReasons.All)
            metrics.ApiAuthenticationFailures.WithLabels(reason).Publish();
        foreach (var slot in _slots)
            metrics.ApiCredentialLoaded.WithLabels(slot.File.Credential.Name).Set(0);
        Refresh();
    }

    /// <summary>True if there is a token file. Without one the API does not exist.</summary>
    public bool IsConfigured => _slots.Length > 0;

    /// <summary>
    /// Adds what is wrong with the files to <paramref name="errors"/>, one line each: at the start it is an error of
    /// the configuration.
    /// </summary>
    public static void Check(ExporterOptions options, List<string> errors)
    {
        var seen = new Dictionary<string, string>();
        Span<byte> digest = stackalloc byte[SHA256.HashSizeInBytes];
        foreach (var file in options.Api.TokenFiles)
            if (file.TryRead(FileStatus.EffectiveUser, digest, out _) is { } problem)
                errors.Add($"api.token-file: {problem}");
            else if (!seen.TryAdd(Convert.ToHexString(digest), file.Credential.Name))
                errors.Add($"api.token-file: {SameAs(file, seen[Convert.ToHexString(digest)])}");
    }

    /// <summary>
    /// The credential of a request; null without a valid token, which is counted and sometimes logged.
    /// </summary>
    public Credential? Authenticate(HttpContext context)
    {
        var headers = context.Request.Headers.Authorization;
        return headers.Count > 1
            ? Refuse(RefusalReasons.Malformed, context.Connection.RemoteIpAddress)
            : Authenticate(headers.Count == 1 ? headers[0] : null, context.Connection.RemoteIpAddress);
    }

    /// <summary>The same for the value of a single header <c>Authorization</c>.</summary>
    public Credential? Authenticate(string? authorizationHeader) => Authenticate(authorizationHeader, null);

    private Credential? Authenticate(string? header, IPAddress? peer)
    {
        if (!IsConfigured)
            return null;
        if (string.IsNullOrEmpty(header))
            return Refuse(RefusalReasons.Absent, peer);
        if (!BearerToken.Is(header))
            return Refuse(RefusalReasons.Scheme, peer);
        Span<byte> token = stackalloc byte[TokenFile.MaxLength];
        if (!BearerToken.TryRead(header, token, out var length))
            return Refuse(RefusalReasons.Malformed, peer);
        Span<byte> digest = stackalloc byte[SHA256.HashSizeInBytes];
        _arithmetic.Hash(token[..length], digest);
        CryptographicOperations.ZeroMemory(token);
        return Find(_slots, digest) ?? Refuse(RefusalReasons.Unknown, peer);
    }

    /// <summary>Checks the files, and reads those that have changed.</summary>
    public void Refresh()
    {
        lock (_reading)
            RefreshLocked();
    }

    // Compares with every token, also after a match, so that the time reveals nothing.
    private Credential? Find(LoadedToken[] slots, ReadOnlySpan<byte> digest)
    {
        var now = _clock.GetTimestamp();
        Credential? current = null, former = null;
        foreach (var slot in slots)
        {
            if (_arithmetic.AreEqual(digest, slot.Current ?? _none) & slot.Current is not null)
                current = slot.File.Credential;
            if (_arithmetic.AreEqual(digest, slot.Former ?? _none) & slot.FormerUntil > now)
                former = slot.File.Credential;
        }
        // A token that was moved into the file of another scope has that scope.
        return current ?? former;
    }

    private void RefreshLocked()
    {
        var slots = _slots.ToArray();
        for (var i = 0; i < slots.Length; i++)
            slots[i] = Look(slots[i], slots);
        // Without a change the old array stays, which shows that nothing has changed.
        if (slots.SequenceEqual(_slots, ReferenceEqualityComparer.Instance))
            return;
        _slots = slots;
        foreach (var slot in slots)
            _metrics.ApiCredentialLoaded.WithLabels(slot.File.Credential.Name).Set(slot.Current is null ? 0 : 1);
    }

    private LoadedToken Look(LoadedToken slot, LoadedToken[] all)
    {
        if (slot.IsSettled && FileStatus.TryRead(slot.File.Path, out var seen) == Errno.None && seen == slot.Status)
            return slot;
        var digest = new byte[SHA256.HashSizeInBytes];
        var problem = slot.File.TryRead(_user, digest, out var status);
        if (problem is null && all.FirstOrDefault(other => other.File != slot.File && Holds(other, digest)) is { } twin)
            problem = SameAs(slot.File, twin.File.Credential.Name);
        return problem is null ? Loaded(slot, status, digest) : Broken(slot, status, problem);
    }

    private LoadedToken Loaded(LoadedToken slot, FileStatus status, byte[] digest)
    {
        var now = _clock.GetTimestamp();
        if (Holds(slot, digest))
        {
            if (status != slot.Status)
                return slot with { Status = status, Since = now, IsSettled = false };
            return _clock.GetElapsedTime(slot.Since, now) < CheckInterval ? slot : slot with { IsSettled = true };
        }
        if (slot.Status != default || slot.IsReported)
            LogLoaded(slot.File.Credential.Name);
        return Retire(slot, now) with
        {
            Current = digest,
            Status = status,
            Since = now,
            IsSettled = false,
            IsReported = false,
        };
    }

    private LoadedToken Broken(LoadedToken slot, FileStatus status, string problem)
    {
        var now = _clock.GetTimestamp();
        if (slot.Current is not null)
            return Retire(slot, now) with
        {
            Current = null,
            Status = status,
            Since = now,
            IsSettled = false,
            IsReported = false,
        };
        // A file that is wrong for a shorter time is being written.
        if (slot.IsReported || _clock.GetElapsedTime(slot.Since, now) < CheckInterval)
            return slot;
        LogBroken(slot.File.Credential.Name, problem);
        return slot with { IsReported = true };
    }

    private LoadedToken Retire(LoadedToken slot, long now) => slot.Current is null
        ? slot
        : slot with { Former = slot.Current,
            FormerUntil = now + (long)(Linger.TotalSeconds * _clock.TimestampFrequency) };

    private static bool Holds(LoadedToken slot, byte[] digest) =>
        slot.Current is { } current && current.AsSpan().SequenceEqual(digest);

    private Credential? Refuse(string reason, IPAddress? peer)
    {
        _metrics.ApiAuthenticationFailures.WithLabels(reason).Inc();
        if (_throttle.IsDue(1, out var sum))
            LogRefused(sum, reason,
                peer is null ? "unknown" : (peer.IsIPv4MappedToIPv6 ? peer.MapToIPv4() : peer).ToString());
        return null;
    }

    private static string SameAs(TokenFile file, string name) =>
        $"{file.Path}: holds the same token as the file of '{name}': nobody could tell who asks";

    [LoggerMessage(EventIds.CredentialBroken, LogLevel.Error, "The token of {Credential} does not hold: {Reason}")]
    private partial void LogBroken(string credential, string reason);

    [LoggerMessage(EventIds.CredentialLoaded, LogLevel.Information, "A new token of {Credential} holds")]
    private partial void LogLoaded(string credential);

    [LoggerMessage(EventIds.AuthenticationRefused, LogLevel.Warning,
        "Requests without a token that holds: {Count} since the last such line. The latest: {Reason}, from {Peer}")]
    private partial void LogRefused(ulong count, string reason, string peer);
}
