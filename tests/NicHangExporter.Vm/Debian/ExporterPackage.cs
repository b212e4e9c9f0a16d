namespace NicHangExporter.Vm.Debian;

/// <summary>
/// The Debian package as it ships: the one that PACKAGE_UNDER_TEST names, or one that is built now around the program
/// under test.
/// </summary>
internal static class ExporterPackage
{
    private static readonly Lazy<string> Built = new(Get);

    /// <summary>Its path. The first access waits for the build.</summary>
    public static string Path => Built.Value;

    private static string Get()
    {
        if (Environment.GetEnvironmentVariable("PACKAGE_UNDER_TEST") is { Length: > 0 } given)
            return File.Exists(given) ? given
                : throw new CannotBootException($"PACKAGE_UNDER_TEST is {given}, and there is no such file");
        Requires.Program("dpkg-deb");
        var build = Provision.Run(Workshop.Repository, "env", $"EXPORTER_UNDER_TEST={PublishedExporter.Path}",
            "deploy/debian/build", "amd64", System.IO.Path.GetTempPath());
        if (build.ExitCode != 0)
            throw new CannotBootException($"deploy/debian/build: {build.Error.TrimEnd().Split('\n')[^1]}");
        return build.Output.TrimEnd().Split('\n')[^1];
    }
}
