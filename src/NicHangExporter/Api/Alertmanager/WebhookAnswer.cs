namespace NicHangExporter.Api.Alertmanager;

/// <summary>The decisions on the alerts of a message.</summary>
/// <param name="Alerts">One for each alert, in the same order.</param>
internal sealed record WebhookAnswer(IReadOnlyList<AlertAnswer> Alerts);

/// <summary>The decision on one alert.</summary>
/// <param name="Fingerprint">Alertmanager's fingerprint of the alert.</param>
/// <param name="Verdict">The verdict.</param>
/// <param name="Explanation">One sentence.</param>
internal sealed record AlertAnswer(string Fingerprint, AlertVerdict Verdict, string Explanation);
