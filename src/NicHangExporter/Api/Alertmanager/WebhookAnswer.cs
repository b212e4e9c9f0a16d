namespace NicHangExporter.Api.Alertmanager;

/// <summary>What was decided about the alerts of a message.</summary>
/// <param name="Alerts">Each of them, in their order.</param>
internal sealed record WebhookAnswer(IReadOnlyList<AlertAnswer> Alerts);

/// <summary>One of them.</summary>
/// <param name="Fingerprint">Alertmanager's.</param>
/// <param name="Verdict">The verdict.</param>
/// <param name="Explanation">One sentence.</param>
internal sealed record AlertAnswer(string Fingerprint, AlertVerdict Verdict, string Explanation);
