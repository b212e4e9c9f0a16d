using System.Collections.Immutable;

namespace NicHangExporter.Vm.Debian;

/// <summary>
/// All files of a guest's disk, with owner, permissions and size, and the checksums of /etc: two listings are equal if
/// nothing was left behind.
/// </summary>
internal static class FileListing
{
    // What changes without the package, or is the packaging system's record of it.
    private static readonly ImmutableArray<(string Path, string Why)> Excluded =
    [
        ("/var/lib/dpkg", "the database of packages, and its backups"),
        ("/var/lib/apt", "lists of packages"),
        ("/var/cache/apt", "lists of packages"),
        ("/var/cache/debconf", "the database of debconf, and its backups"),
        ("/var/log", "the journal and the log of dpkg"),
        ("/var/lib/systemd/random-seed", "written at each shutdown"),
        ("/var/lib/systemd/timers", "stamps of timers"),
        ("/var/lib/systemd/catalog", "the journal's index of messages"),
        ("/var/tmp", "directories of units with PrivateTmp"),
        ("/tmp", "the same, and the scenarios' own"),
        ("/root", "the scenarios' own"),
        ("/etc/network/run", "the state of ifupdown"),
        ("/var/lib/ifupdown2", "the state of ifupdown2"),
        ("/var/cache/ldconfig", "an index of libraries"),
    ];

    private static string Script { get; } = $$"""
        find / -xdev \( {{string.Join(" -o ", Excluded.Select(excluded => $"-path {excluded.Path}"))}} \) -prune \
            -o -type f -printf '%p %m %u:%g %s\n' -o -printf '%p %y %m %u:%g %l\n' | sort
        find /etc -xdev -type f -exec sha256sum {} + | sort -k 2
        """;

    /// <summary>The listing.</summary>
    public static Task<string> ReadAsync(DebianGuest guest) => guest.DoAsync(Script, TimeSpan.FromMinutes(5));

    /// <summary>Fails with the lines that differ.</summary>
    public static void AreEqual(string before, string after)
    {
        var (old, now) = (before.Split('\n').ToHashSet(), after.Split('\n').ToHashSet());
        Assert.True(old.SetEquals(now), string.Join('\n',
        [
            "the files of the guest differ (-: before, +: after):",
            .. old.Except(now).Order().Select(line => $"- {line}"),
            .. now.Except(old).Order().Select(line => $"+ {line}"),
        ]));
    }
}
