using System.Globalization;

namespace NicHangExporter.Vm.Figures;

/// <summary>
/// Events of one wedge from three sources, in the order of the guest's clock: this machine (outside), the guest's
/// kernel, the exporter's journal.
/// </summary>
internal sealed class Transcript
{
    // A probe that began this long before the moment may be the first that fails because of it.
    private static readonly TimeSpan Lead = TimeSpan.FromSeconds(1);

    private readonly List<(TimeSpan Time, string Source, string Text)> _lines = [];

    /// <summary>Adds an event.</summary>
    public void Add(TimeSpan time, string source, string text) => _lines.Add((time, source, text));

    /// <summary>Adds the changes that the host saw.</summary>
    /// <param name="probe">The host's probe.</param>
    /// <param name="ahead">How far the guest's clock is ahead of the probe's.</param>
    public void AddHost(HostProbe probe, TimeSpan ahead)
    {
        bool? before = null;
        foreach (var look in probe.Looks)
        {
            if (look.Answered != before)
                Add(look.Time + ahead, "outside", look.Answered ? "the guest answers" : "the guest no longer answers");
            before = look.Answered;
        }
    }

    /// <summary>The events from one second before a moment on, with the time relative to it, as text.</summary>
    public string Since(TimeSpan moment) =>
        string.Join('\n', _lines.Where(line => line.Time >= moment - Lead).OrderBy(line => line.Time)
        .Select(line =>
            string.Create(
                CultureInfo.InvariantCulture,
                $"{(line.Time - moment).TotalSeconds,7:+0.0;-0.0} s  {line.Source,-8}  {line.Text}")));
}
