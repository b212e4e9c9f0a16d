namespace NicHangExporter.Vm.Machine;

/// <summary>
/// The program as it ships: the Native AOT binary that EXPORTER_UNDER_TEST names, or a binary published now.
/// </summary>
internal static class PublishedExporter
{
    private static readonly Lazy<string> Published = new(Get);

    /// <summary>Its path. The first access waits for the publishing.</summary>
    public static string Path => Published.Value;

    private static string Get()
    {
        if (Environment.GetEnvironmentVariable("EXPORTER_UNDER_TEST") is { Length: > 0 } given)
            return File.Exists(given) ? given
                : throw new CannotBootException($"EXPORTER_UNDER_TEST is {given}, and there is no such file");
        var directory = System.IO.Path.Combine(Workshop.Path, "exporter");
        Requires.Program("clang");
        using var alone = Workshop.Hold();
        var publish = Provision.Run(Workshop.Repository, "dotnet", "publish",
            System.IO.Path.Combine("src", "NicHangExporter"), "-r", "linux-x64", "-o", directory, "--nologo",
            // A build server would outlive this run, but its TMPDIR would not.
            "--disable-build-servers");
        if (publish.ExitCode != 0)
        {
            var error = (publish.Output + publish.Error).Split('\n')
                .FirstOrDefault(line => line.Contains("error", StringComparison.Ordinal));
            throw new CannotBootException($"dotnet publish failed: {error}");
        }
        // A copy for this run: the next run in this clone publishes over the original while this run still boots
        // guests.
        var program = System.IO.Path.Combine(System.IO.Path.GetTempPath(), "nic-hang-exporter");
        File.Copy(System.IO.Path.Combine(directory, "nic-hang-exporter"), program);
        return program;
    }
}
