using NicHangExporter.Linux;

namespace NicHangExporter.Setup;

/// <summary>The configuration file as it is on the disk.</summary>
/// <param name="Path">Its path, below the root of the host.</param>
/// <param name="Name">Its path for messages.</param>
/// <param name="Bytes">Its content; null if it does not exist.</param>
/// <param name="Status">Its mode and owner, if it exists.</param>
/// <param name="Text">Its content, parsed.</param>
internal sealed record ConfigurationFileState(
    string Path, string Name, byte[]? Bytes, FileStatus Status, ConfigurationText Text)
{
    private const int Limit = (1 << 20) + 1;

    private const UnixFileMode Usual =
        UnixFileMode.UserRead | UnixFileMode.UserWrite | UnixFileMode.GroupRead | UnixFileMode.OtherRead;

    /// <summary>Reads the file.</summary>
    /// <param name="path">Its path.</param>
    /// <param name="name">Its path for messages.</param>
    /// <exception cref="SetupException">It can't be read, or the exporter would not accept it.</exception>
    public static ConfigurationFileState Read(string path, string name)
    {
        try
        {
            _ = FileStatus.TryReadUnfollowed(path, out var status);
            var bytes = RegularFile.Read(path, Limit);
            var errors = new List<string>();
            var text = ConfigurationText.Parse(name, bytes, errors);
            return text is not null ? new ConfigurationFileState(path, name, bytes, status, text)
                : throw new SetupException($"{errors[0]}: correct the file first");
        }
        catch (FileKindException exception)
        {
            throw new SetupException($"{exception.Message}: setup edits only a regular file", exception);
        }
        catch (Exception exception) when (exception is IOException or UnauthorizedAccessException)
        {
            throw new SetupException($"{name} can't be read: {exception.Message}", exception);
        }
    }

    /// <summary>Reads the file again: somebody may have edited it during the questions.</summary>
    /// <exception cref="SetupException">Its content is another one now, or it can't be read.</exception>
    public void RequireUnedited()
    {
        try
        {
            var now = RegularFile.Read(Path, Limit);
            if (now is null ? Bytes is null : Bytes is not null && now.AsSpan().SequenceEqual(Bytes))
                return;
        }
        catch (Exception exception) when (exception is IOException or UnauthorizedAccessException)
        {
            throw new SetupException($"{Name} can't be read: {exception.Message}", exception);
        }
        throw new SetupException($"{Name} was edited meanwhile, so nothing was changed: run setup again");
    }

    /// <summary>Replaces the file with the same mode and owner; 0644 of root for a new one.</summary>
    /// <exception cref="IOException">The disk is full or read-only. The old file is unchanged.</exception>
    /// <exception cref="UnauthorizedAccessException">This process may not write the directory.</exception>
    public void Replace(ReadOnlySpan<byte> content)
    {
        if (Bytes is null)
            AtomicFile.ReplaceAs(Path, Usual, FileStatus.EffectiveUser, 0, content);
        else
            AtomicFile.ReplaceAs(Path, Status.Mode, Status.Owner, Status.Group, content);
    }
}
