using NicHangExporter.Options;
using NicHangExporter.Remediation.Planning;

namespace NicHangExporter.Tests.Package;

/// <summary>What a shell may offer as the value of a flag or an argument.</summary>
/// <param name="Words">Fixed words.</param>
/// <param name="IsFile">A file or directory.</param>
/// <param name="IsDevice">A network device.</param>
internal sealed record CompletionValues(IReadOnlyList<string> Words, bool IsFile = false, bool IsDevice = false)
{
    private static readonly CompletionValues None = new([]);

    private static readonly string[] Modes = ["off", "observe", "enforce"];
    private static readonly string[] Levels = ["debug", "info", "warn", "error"];

    /// <summary>The values of a flag or an argument.</summary>
    /// <param name="name">Its name, dashes included.</param>
    /// <param name="placeholder">The placeholder of its value.</param>
    public static CompletionValues Of(string name, string placeholder) => (name, placeholder.Trim('[', ']')) switch
    {
        ("--log.format", _) => new(["logfmt", "json"]),
        ("--profile", _) => new([.. OffloadProfiles.All.Select(profile => profile.Name)]),
        ("--collector.features", _) => new(["ladder", "all", "none"]),
        (_, "FORMAT") => new(["text", "json"]),
        (_, "MODE") => new(Modes),
        (_, "WAY") => new(["link", "udev", "hook"]),
        (_, "LEVEL") => new(Levels),
        (_, "PATH" or "FILE") => new([], IsFile: true),
        (_, "DEVICE") => new([], IsDevice: true),
        _ => None,
    };

    /// <summary>The flags of all options, the negative ones of switches included.</summary>
    public static IEnumerable<FlagModel> ProgramFlags()
    {
        foreach (var option in OptionTable.All.Where(option => !option.IsDeprecated))
        {
            var flag = ProgramModel.Of(option);
            yield return flag;
            if (option.Kind == OptionKind.Switch)
                yield return flag with { Name = "--no-" + option.Name };
        }
        foreach (var flag in ProgramModel.GeneralFlags)
            yield return flag;
    }
}
