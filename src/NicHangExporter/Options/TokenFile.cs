using System.Collections.Immutable;
using System.ComponentModel;
using System.Security.Cryptography;
using NicHangExporter.Linux;

namespace NicHangExporter.Options;

/// <summary>A file with one bearer token. Only the token's SHA-256 is kept in memory.</summary>
/// <param name="Credential">The user that a request with the token has.</param>
/// <param name="Path">The file.</param>
internal sealed record TokenFile(Credential Credential, string Path)
{
    /// <summary>32 hexadecimal digits are 128 bits. A shorter token can be guessed.</summary>
    public const int MinLength = 32;

    /// <summary>A longer text is not a token but the wrong file.</summary>
    public const int MaxLength = 512;

    private static readonly ImmutableArray<(string Name, ApiScope Scope)> Scopes =
        [("read", ApiScope.Read), ("remediate", ApiScope.Remediate), ("admin", ApiScope.Admin)];

    /// <summary>Parses <c>NAME:SCOPE=/path</c>.</summary>
    /// <returns>
    /// Null, or what is wrong, as the end of a sentence that names the option. It never quotes the right side, which
    /// may be
    /// a token that was written there by mistake.
    /// </returns>
    public static string? TryParse(string text, out TokenFile? file)
    {
        file = null;
        var equals = text.IndexOf('=');
        var colon = text.IndexOf(':');
        if (equals < 0 || colon < 0 || colon > equals)
            return "a value is not of the form NAME:SCOPE=/path, as in ops:admin=/run/credentials/ops.token";
        var (name, scope, path) = (text[..colon], text[(colon + 1)..equals], text[(equals + 1)..]);
        if (name.Length is 0 or > 32 || !name.All(IsNameCharacter))
            return "a name is not made of 1 to 32 lower-case letters, digits and hyphens";
        if (Scopes.All(row => row.Name != scope))
            return $"the scope of '{name}' is neither read, remediate nor admin";
        if (!path.StartsWith('/') || path.Contains('\0'))
            return $"what stands for '{name}' is no absolute path: write the path of the file that holds the token, "
                + "never the token";
        file = new TokenFile(new Credential(name, Scopes.Single(row => row.Name == scope).Scope), path);
        return null;
    }

    /// <summary>Reads the token.</summary>
    /// <param name="user">This process's effective user.</param>
    /// <param name="digest">Gets the 32 bytes of the token's SHA-256.</param>
    /// <param name="status">The status of the file that was read.</param>
    /// <returns>Null, or why there is no token. The text never quotes the content.</returns>
    public string? TryRead(uint user, Span<byte> digest, out FileStatus status)
    {
        // One token, a carriage return, a newline, and one byte more to detect a longer file.
        Span<byte> buffer = stackalloc byte[MaxLength + 3];
        try
        {
            var errno = FileReader.TryRead(Path, buffer, out var length, out status);
            if (errno == Errno.TooSmall)
                return $"{Path}: is longer than a token may be ({MaxLength} characters)";
            if (errno != Errno.None)
                return $"{Path}: {new Win32Exception((int)errno).Message}";
            if (!IsPrivate(status, user))
                return $"{Path}: others may read it: it must belong to this user or to root and be for its owner only "
                    + "(chmod 0400)";
            var token = WithoutNewline(buffer[..length]);
            if (token.IndexOfAnyExceptInRange((byte)'!', (byte)'~') >= 0)
                return $"{Path}: holds more than one line of printable ASCII without blanks";
            if (token.Length is < MinLength or > MaxLength)
                return $"{Path}: holds a token of {token.Length} characters, it must have {MinLength} to {MaxLength}: "
                    + "make one with 'openssl rand -hex 32'";
            SHA256.HashData(token, digest);
            return null;
        }
        finally
        {
            CryptographicOperations.ZeroMemory(buffer);
        }
    }

    /// <summary>
    /// True if nobody else can read the file. PostgreSQL has the same rule for its key. A file of this user must be for
    /// this user only. A file of root may be readable for a group: that is how root gives a secret to a daemon. If this
    /// process is root, that group must be root's, as systemd's credentials have it.
    /// </summary>
    public static bool IsPrivate(FileStatus status, uint user)
    {
        const UnixFileMode GroupRead = UnixFileMode.GroupRead;
        const UnixFileMode Foreign = GroupRead | UnixFileMode.GroupWrite | UnixFileMode.GroupExecute
            | UnixFileMode.OtherRead | UnixFileMode.OtherWrite | UnixFileMode.OtherExecute;
        return status.Owner switch
        {
            0 when user != 0 || status.Group == 0 => (status.Mode & Foreign & ~GroupRead) == 0,
            _ when status.Owner == user => (status.Mode & Foreign) == 0,
            _ => false,
        };
    }

    /// <summary>The text in the configuration.</summary>
    public override string ToString() =>
        $"{Credential.Name}:{Scopes.Single(row => row.Scope == Credential.Scope).Name}={Path}";

    private static bool IsNameCharacter(char character) =>
        char.IsAsciiLetterLower(character) || char.IsAsciiDigit(character) || character == '-';

    private static ReadOnlySpan<byte> WithoutNewline(ReadOnlySpan<byte> content) =>
        content.EndsWith("\r\n"u8) ? content[..^2]
        : content.EndsWith("\n"u8) ? content[..^1]
        : content;
}
