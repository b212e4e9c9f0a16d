using System.Collections.Concurrent;
using System.Collections.Frozen;
using System.Security.Cryptography;
using System.Text;
using Microsoft.Extensions.Primitives;

namespace NicHangExporter.Web;

/// <summary>
/// Passwords against bcrypt hashes. A check costs tens of milliseconds of a processor, and anybody may cause one: they
/// run one at a time, one of each address may wait, and whoever was right once is not checked again. So a flood of
/// wrong passwords takes one processor at most, no scrape its place, and a right password of another address waits for
/// two checks.
/// </summary>
internal sealed class BasicAuthentication : IDisposable
{
    private const int MaxKnown = 100;

    private readonly SemaphoreSlim _turn = new(1, 1);
    private readonly ConcurrentDictionary<UInt128, bool> _waiting = new();
    private readonly ConcurrentDictionary<string, bool> _known = new();
    private readonly byte[] _secret = RandomNumberGenerator.GetBytes(32);
    private readonly Func<string, string, bool> _verify;

    /// <summary>With bcrypt, or with <paramref name="verify"/> (password, hash) in its place.</summary>
    public BasicAuthentication(Func<string, string, bool>? verify = null) =>
        _verify = verify ?? ((password, hash) => BCrypt.Net.BCrypt.Verify(password, hash));

    /// <summary>Checks the headers <c>Authorization</c> of a request.</summary>
    /// <param name="users">Users and their hashes, at least one.</param>
    /// <param name="headers">The headers.</param>
    /// <param name="peer">Who asks; see <see cref="ConnectionQuota.PeerOf"/>.</param>
    /// <param name="cancellation">Ends the waiting, when the client has gone.</param>
    /// <returns>Null where the password is right, else why not: a value of <see cref="WebError"/>.</returns>
    public async ValueTask<string?> CheckAsync(FrozenDictionary<string, string> users, StringValues headers,
        UInt128 peer, CancellationToken cancellation)
    {
        if (headers.Count == 0)
            return WebError.Absent;
        if (headers.Count > 1 || headers[0] is not { } header
            || !BasicCredentials.TryParse(header, out var credentials))
            return WebError.Malformed;
        var isUser = users.TryGetValue(credentials.User, out var hash);
        hash = isUser ? hash! : PasswordHash.Decoy(Like(users, credentials.User));
        var key = isUser ? Key(credentials, hash) : "";
        if (_known.ContainsKey(key))
            return null;
        if (!_waiting.TryAdd(peer, true))
            return WebError.Busy;
        try
        {
            await _turn.WaitAsync(cancellation);
        }
        finally
        {
            _waiting.TryRemove(peer, out _);
        }
        try
        {
            // Whoever waited may have been let in meanwhile, by another request of its own.
            if (_known.ContainsKey(key))
                return null;
            // A user of nobody's is checked like any other, and refused whatever comes of it.
            if (!(_verify(credentials.Password, hash) & isUser))
                return WebError.Wrong;
        }
        finally
        {
            _turn.Release();
        }
        if (_known.Count >= MaxKnown)
            _known.Clear();
        _known[key] = true;
        return null;
    }

    /// <inheritdoc/>
    public void Dispose() => _turn.Dispose();

    // The hash is part of it: another password for the user is another key, and the old one is not asked for any more.
    private string Key(BasicCredentials credentials, string hash) =>
        Convert.ToHexString(
            HMACSHA256.HashData(_secret,
            Encoding.UTF8.GetBytes($"{credentials.User}\0{hash}\0{credentials.Password}")));

    // Costs may differ from user to user: a name of nobody's has the cost of one of them, always the same one.
    private string Like(FrozenDictionary<string, string> users, string name)
    {
        var hashes = users.Values.Order(StringComparer.Ordinal).ToArray();
        return hashes[HMACSHA256.HashData(_secret, Encoding.UTF8.GetBytes(name))[0] % hashes.Length];
    }
}
