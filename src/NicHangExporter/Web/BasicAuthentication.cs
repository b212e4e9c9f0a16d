using System.Collections.Concurrent;
using System.Collections.Frozen;
using System.Security.Cryptography;
using System.Text;
using Microsoft.Extensions.Primitives;

namespace NicHangExporter.Web;

/// <summary>
/// Checks passwords against bcrypt hashes. A check costs tens of milliseconds of a processor, and any client can cause
/// one. So checks run one at a time, one request of each address may wait, and a password that was right is not checked
/// again. A flood of wrong passwords takes one processor at most, takes no connection from a scrape, and delays the
/// right password of another address by two checks.
/// </summary>
internal sealed class BasicAuthentication : IDisposable
{
    private const int MaxKnown = 100;

    private readonly SemaphoreSlim _turn = new(1, 1);
    private readonly ConcurrentDictionary<UInt128, bool> _waiting = new();
    private readonly ConcurrentDictionary<string, bool> _known = new();
    private readonly byte[] _secret = RandomNumberGenerator.GetBytes(32);
    private readonly Func<string, string, bool> _verify;

    /// <summary>Checks by bcrypt, or by <paramref name="verify"/> (password, hash).</summary>
    public BasicAuthentication(Func<string, string, bool>? verify = null) =>
        _verify = verify ?? ((password, hash) => BCrypt.Net.BCrypt.Verify(password, hash));

    /// <summary>Checks the headers <c>Authorization</c> of a request.</summary>
    /// <param name="users">Users and their hashes, at least one.</param>
    /// <param name="headers">The headers.</param>
    /// <param name="peer">The client; see <see cref="ConnectionQuota.PeerOf"/>.</param>
    /// <param name="cancellation">Ends the wait, when the client has gone.</param>
    /// <returns>Null for the right password, else the reason: a value of <see cref="WebError"/>.</returns>
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
            // Another request of the same client may have been checked meanwhile.
            if (_known.ContainsKey(key))
                return null;
            // A user who does not exist is checked like any other, and refused in any case.
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

    // The key contains the hash: after a change of the password the old key is not used any more.
    private string Key(BasicCredentials credentials, string hash) =>
        Convert.ToHexString(
            HMACSHA256.HashData(_secret,
            Encoding.UTF8.GetBytes($"{credentials.User}\0{hash}\0{credentials.Password}")));

    // The cost may differ between users. An unknown name is always checked with the cost of the same real user, so the
    // time of an answer does not show which names exist.
    private string Like(FrozenDictionary<string, string> users, string name)
    {
        var hashes = users.Values.Order(StringComparer.Ordinal).ToArray();
        return hashes[HMACSHA256.HashData(_secret, Encoding.UTF8.GetBytes(name))[0] % hashes.Length];
    }
}
