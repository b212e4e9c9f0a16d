namespace NicHangExporter.Tests.Detection.Patterns;

/// <summary>Recorded input of the tests, byte for byte.</summary>
internal static class Fixtures
{
    public static string PathOf(params string[] parts) =>
        Path.Combine([AppContext.BaseDirectory, "fixtures", .. parts]);

    public static byte[] Read(params string[] parts) => File.ReadAllBytes(PathOf(parts));
}
