namespace NicHangExporter.TestSupport;

/// <summary>
/// Checks what a test needs of the machine. If it is missing, the test is skipped with the reason. With
/// TESTS_MUST_NOT_SKIP=1 (set by .ci/run) the test fails instead, so that CI cannot pass by skipping.
/// </summary>
internal static class Requires
{
    public static void Root() =>
        That(Environment.IsPrivilegedProcess, "needs root (CAP_NET_ADMIN, CAP_SYSLOG, network namespaces)");

    public static void Program(string name) => That(Find(name) is not null, $"needs the program '{name}' on PATH");

    public static void File(string path) => That(System.IO.File.Exists(path), $"needs {path}");

    public static void That(bool condition, string reason)
    {
        if (condition) return;
        if (Environment.GetEnvironmentVariable("TESTS_MUST_NOT_SKIP") == "1")
            Assert.Fail($"TESTS_MUST_NOT_SKIP is set, but this test {reason}");
        Assert.Skip(reason);
    }

    public static string? Find(string name) =>
        (Environment.GetEnvironmentVariable("PATH") + ":/usr/sbin:/sbin").Split(':')
            .Select(directory => Path.Combine(directory, name)).FirstOrDefault(System.IO.File.Exists);
}
