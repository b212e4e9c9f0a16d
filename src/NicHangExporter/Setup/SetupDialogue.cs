using NicHangExporter.Cli;
using NicHangExporter.Options;
using NicHangExporter.Persistence;

namespace NicHangExporter.Setup;

/// <summary>
/// Asks what the command line did not decide, one question for each decision. An empty answer, an unknown one and the
/// end of the input decide nothing, so nothing is changed.
/// </summary>
/// <param name="input">The lines of the terminal.</param>
/// <param name="output">The terminal, for questions without a line feed.</param>
/// <param name="page">The same terminal.</param>
internal sealed class SetupDialogue(TextReader input, TextWriter output, ConsoleWriter page)
{
    /// <summary>Asks for the decisions.</summary>
    /// <param name="survey">What was found.</param>
    /// <param name="root">The host.</param>
    /// <param name="named">The devices of the command line; empty if it names none.</param>
    /// <param name="call">The command line.</param>
    /// <returns>Null if the person decided for no change.</returns>
    /// <exception cref="SetupException">A device that the person named can't be set up.</exception>
    public SetupChoice? Ask(HostSurvey survey, HostRoot root, IReadOnlyList<SurveyedNic> named, SetupCall call)
    {
        if ((named.Count > 0 ? named : Devices(survey, root)) is not { Count: > 0 } nics)
            return null;
        if ((call.Mode ?? Mode(nics)) is not { } mode)
            return null;
        var persist = call.Persist ?? (mode != RemediationMode.Enforce ? null
            : IsYes("Keep what heals it over reboots? [yes/no, empty: no]"));
        return new SetupChoice(nics, mode, persist, call.Profile);
    }

    /// <summary>The last question. Only the word yes counts.</summary>
    public bool IsConfirmed() => IsYes("Do this? Type yes:");

    private List<SurveyedNic>? Devices(HostSurvey survey, HostRoot root)
    {
        if (survey.Proposal is not { } proposal)
        {
            page.Line("Nothing to set up. Name a device with --device to set it up all the same.");
            return null;
        }
        if (survey.Nics.Count(nic => nic.IsCandidate) == 1)
            return [proposal];
        var answer = Line($"Which device? [{string.Join(", ", survey.Nics.Where(nic => nic.IsCandidate)
            .Select(nic => nic.Name))}; empty: no change]");
        return answer.Length == 0 ? null
            : [.. answer.Split([' ', ','], StringSplitOptions.RemoveEmptyEntries)
                .Select(device => survey.Find(root, device))];
    }

    private RemediationMode? Mode(IReadOnlyList<SurveyedNic> nics)
    {
        var titles = string.Join(", ", nics.Select(nic => nic.Title));
        var answer = Line($"Observe or enforce for {titles}? [observe/enforce, empty: no change]");
        if (answer is "observe" or "enforce")
            return answer == "enforce" ? RemediationMode.Enforce : RemediationMode.Observe;
        if (answer.Length > 0)
            page.Line($"'{answer}' is neither observe nor enforce.");
        return null;
    }

    private bool IsYes(string question) => Line(question) == "yes";

    private string Line(string question)
    {
        output.Write(ConsoleWriter.Clean(question) + " ");
        output.Flush();
        return input.ReadLine()?.Trim() ?? "";
    }
}
