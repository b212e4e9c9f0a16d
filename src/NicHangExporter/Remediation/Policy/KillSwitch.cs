using NicHangExporter.Options;

namespace NicHangExporter.Remediation.Policy;

/// <summary>What is known of the file of <c>remediation.disable-file</c>.</summary>
/// <param name="IsThere">It is there.</param>
/// <param name="Error">Why that can't be told; null where it can.</param>
internal readonly record struct DisableFile(bool IsThere, string? Error = null);

/// <summary>The file that stops everything but undoing. It is looked for right before each change, so that touching it is enough.</summary>
internal sealed class KillSwitch(ExporterOptions options)
{
    /// <summary>True where the file is there, or where it can't be told whether it is.</summary>
    public bool IsSet => Look() is { IsThere: true } or { Error: not null };

    /// <summary>Whether the file is there now.</summary>
    public DisableFile Look()
    {
        try
        {
            _ = File.GetAttributes(options.Remediation.DisableFile);
            return new DisableFile(true);
        }
        catch (Exception exception) when (exception is FileNotFoundException or DirectoryNotFoundException)
        {
            return new DisableFile(false);
        }
        catch (Exception exception) when (exception is IOException or UnauthorizedAccessException)
        {
            // Somebody may have set it where we can't see: the safe reading of not knowing.
            return new DisableFile(false, exception is UnauthorizedAccessException ? "permission denied" : exception.Message.Split('\n')[0]);
        }
    }
}
