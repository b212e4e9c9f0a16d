namespace NicHangExporter.Remediation;

/// <summary>The file that stops everything but undoing. It is looked for right before each change, so that touching it is enough.</summary>
internal sealed class KillSwitch(ExporterOptions options)
{
    /// <summary>True where the file is there, or where it can't be told whether it is.</summary>
    public bool IsSet
    {
        get
        {
            try
            {
                _ = File.GetAttributes(options.DisableFile);
                return true;
            }
            catch (Exception exception) when (exception is FileNotFoundException or DirectoryNotFoundException)
            {
                return false;
            }
            catch (Exception exception) when (exception is IOException or UnauthorizedAccessException)
            {
                // Somebody may have set it where we can't see: the safe reading of not knowing.
                return true;
            }
        }
    }
}
