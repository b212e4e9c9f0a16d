using System.Globalization;

namespace NicHangExporter.Vm.Figures;

/// <summary>What three witnesses say of one wedge, in the order of the guest's clock: this machine (outside), the guest's kernel, the exporter's journal.</summary>
internal sealed class Transcript
{
    // A look that was begun this long before the moment may be the first that is not answered because of it.
    private static readonly TimeSpan Lead = TimeSpan.FromSeconds(1);

    private readonly List<(TimeSpan Time, string Witness, string Text)> _lines = [];

    /// <summary>Adds what somebody says.</summary>
    public void Add(TimeSpan time, string witness, string text) => _lines.Add((time, witness, text));

    /// <summary>Adds the changes in what the host saw.</summary>
    /// <param name="probe">What it saw.</param>
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

    /// <summary>What was said from the second before a moment on, with the time since, as a person reads it.</summary>
    public string Since(TimeSpan moment) => string.Join('\n', _lines.Where(line => line.Time >= moment - Lead).OrderBy(line => line.Time)
        .Select(line => string.Create(CultureInfo.InvariantCulture, $"{(line.Time - moment).TotalSeconds,7:+0.0;-0.0} s  {line.Witness,-8}  {line.Text}")));
}
