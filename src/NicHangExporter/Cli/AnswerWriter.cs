using NicHangExporter.Api;
using NicHangExporter.Remediation.Evidence;

namespace NicHangExporter.Cli;

/// <summary>Writes the answers of the API as text for people, or as one line of JSON each. True is a success.</summary>
internal sealed class AnswerWriter(ConsoleWriter page, bool json)
{
    /// <summary>Writes the outcome of a remediation.</summary>
    public bool Write(RemediationResponse outcome) => Write(outcome, isRollback: false);

    /// <summary>Writes the outcome of a rollback.</summary>
    public bool WriteRollback(RemediationResponse outcome) => Write(outcome, isRollback: true);

    /// <summary>Writes what became of a quarantine.</summary>
    public bool Write(QuarantineResponse cleared)
    {
        if (!TryWriteJson(cleared))
            page.Paragraph("", $"{cleared.Device}: no quarantine, no cool-down, and its budget is full again.");
        return true;
    }

    /// <summary>
    /// Writes the kill switch. A resume that leaves remediation paused, by the file, is not a success.
    /// </summary>
    public bool Write(PauseResponse pause, bool isResume)
    {
        if (!TryWriteJson(pause))
            page.Paragraph(
                "", pause.Explanation ?? "Remediation is resumed: it is paused neither by command nor by a file.");
        return !(isResume && pause.Paused);
    }

    /// <summary>Writes what was persisted, or would be.</summary>
    public bool Write(PersistResponse persisted)
    {
        if (!TryWriteJson(persisted))
            PersistedText.Write(page, persisted);
        return true;
    }

    /// <summary>Writes what is not persisted any more.</summary>
    public bool Write(UnpersistResponse unpersisted)
    {
        if (!TryWriteJson(unpersisted))
            PersistedText.Write(page, unpersisted);
        return true;
    }

    /// <summary>Writes what is persisted on the host.</summary>
    public bool Write(PersistedList list)
    {
        if (!TryWriteJson(list))
            PersistedText.Write(page, list);
        return true;
    }

    /// <summary>Writes a list of episodes.</summary>
    public void Write(EpisodeList list)
    {
        if (!TryWriteJson(list))
            EpisodesText.Write(page, list.Episodes);
    }

    /// <summary>Writes one episode.</summary>
    /// <param name="episode">The episode.</param>
    /// <param name="file">The path of its file.</param>
    public void Write(EpisodeBundle episode, string file)
    {
        if (!TryWriteJson(episode))
            EpisodesText.Write(page, episode, file);
    }

    private bool Write(RemediationResponse outcome, bool isRollback)
    {
        if (!TryWriteJson(outcome))
            OutcomeText.Write(page, outcome, isRollback);
        return outcome.Success == true;
    }

    private bool TryWriteJson<T>(T body)
    {
        if (json)
            page.Line(ConsoleJson.Of(body));
        return json;
    }
}
