namespace NicHangExporter.TestSupport;

/// <summary>A directory for one test. Dispose deletes it.</summary>
internal sealed class TemporaryDirectory(bool inMemory = false) : IDisposable
{
    private const string Memory = "/dev/shm";

    public string Path { get; } = inMemory && Directory.Exists(Memory)
        ? Directory.CreateDirectory(System.IO.Path.Combine(Memory, $"nichang-{Guid.NewGuid():N}")).FullName
        : Directory.CreateTempSubdirectory("nichang-").FullName;

    public string File(string name) => System.IO.Path.Combine(Path, name);

    public void Dispose() => Directory.Delete(Path, recursive: true);
}
