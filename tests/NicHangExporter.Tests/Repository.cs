namespace NicHangExporter.Tests;

/// <summary>The files of the repository that the tests were built from.</summary>
internal static class Repository
{
    /// <summary>The directory of the solution.</summary>
    public static string Root { get; } = Find(AppContext.BaseDirectory);

    private static string Find(string directory) =>
        File.Exists(Path.Combine(directory, "NicHangExporter.sln")) ? directory
        : Find(Path.GetDirectoryName(directory) ?? throw new DirectoryNotFoundException("no solution above the tests"));
}
