using NicHangExporter.Options;

namespace NicHangExporter.Remediation.Policy;

/// <summary>The state of the file <c>remediation.disable-file</c>.</summary>
/// <param name="IsThere">The file exists.</param>
/// <param name="Error">Why that is unknown; null if it is known.</param>
internal readonly record struct DisableFile(bool IsThere, string? Error = null);

/// <summary>
/// The kill switch file: while it exists, nothing is changed except to undo. It is checked immediately before each
/// change, so creating it is enough.
/// </summary>
internal sealed class KillSwitch(ExporterOptions options)
{
    /// <summary>True if the file exists, or if that is unknown.</summary>
    public bool IsSet => Look() is { IsThere: true } or { Error: not null };

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
            var why = exception is UnauthorizedAccessException ? "permission denied" : exception.Message.Split('\n')[0];
            return new DisableFile(false, why);
        }
    }
}
