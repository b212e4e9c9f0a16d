namespace NicHangExporter.Options;

/// <summary>
/// Reads <c>alerting.config.file</c> once, at the start. The files that it names are read again for each request.
/// </summary>
internal static class AlertingConfigFile
{
    /// <summary>The options with the content of the file. Errors are added to <paramref name="errors"/>.</summary>
    public static ExporterOptions Load(ExporterOptions options, List<string> errors)
    {
        if (options.Alerting.ConfigFile is not { } file
            || new AlertingConfigReader(file, errors).Read() is not { } client)
            return options;
        if (client.HasTls && AlertingRules.IsPlainOnly(options.Alerting))
            errors.Add($"{file}: tls_config is for https, and every URL of alerting.alertmanagers is http");
        return options with { Alerting = options.Alerting with { FromFile = client } };
    }
}
