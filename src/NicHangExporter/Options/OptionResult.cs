namespace NicHangExporter.Options;

/// <summary>Options with one option set, or why its value is not accepted.</summary>
/// <param name="Options">The new options; undefined if there is an error.</param>
/// <param name="Error">What is wrong and what to write, as the end of a sentence that names the option.</param>
internal readonly record struct OptionResult<T>(T Options, string? Error) where T : class
{
    public static implicit operator OptionResult<T>(T options) => new(options, null);

    public static implicit operator OptionResult<T>(string error) => new(null!, error);
}
