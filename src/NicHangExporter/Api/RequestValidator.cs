namespace NicHangExporter.Api;

/// <summary>The limits of requests that their types do not express.</summary>
internal static class RequestValidator
{
    /// <summary>The longest reason in characters: each journal entry has it.</summary>
    public const int MaxReason = 1024;

    public const int MaxFeatures = 64;

    /// <summary>The longest name of a profile or a feature in characters.</summary>
    public const int MaxName = 64;

    /// <summary>The longest name of a device, with four characters for each byte, or address.</summary>
    public const int MaxDevice = 60;

    private static readonly string LongReason = $"reason is longer than {MaxReason} characters";

    /// <summary>What is wrong with a request, without repeating it; null for nothing.</summary>
    public static string? Objection(CreateRemediationRequest order) => order switch
    {
        { Device.Length: 0 } => "device is empty; there is no way to mean all of them",
        { Device.Length: > MaxDevice } => "device is longer than any name of one",
        { Profile: not null, Features: not null } => "profile and features exclude each other",
        { Profile.Length: 0 or > MaxName } => "profile is empty, or longer than any name of one",
        { Features.Count: 0 or > MaxFeatures } => $"features is empty, or has more than {MaxFeatures} names",
        { Features: { } features } when features.Any(name => name is null or { Length: 0 or > MaxName }) =>
            "features has a name that is empty, or longer than any",
        { Reason.Length: > MaxReason } => LongReason,
        _ => null,
    };

    /// <inheritdoc cref="Objection(CreateRemediationRequest)"/>
    public static string? Objection(PersistRequest order) =>
        order.Profile is { Length: 0 or > MaxName } ? "profile is empty, or longer than any name of one" : null;

    /// <inheritdoc cref="Objection(CreateRemediationRequest)"/>
    public static string? Objection(RollbackRequest order) =>
        order.Reason is { Length: > MaxReason } ? LongReason : null;
}
