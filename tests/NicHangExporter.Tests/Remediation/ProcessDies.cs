namespace NicHangExporter.Tests.Remediation;

/// <summary>
/// The process is dead. No code catches this exception by its type, and each later operation throws it again.
/// </summary>
/// <param name="isTheMoment">It dies right now, and has not been dead before: half of a write may be made.</param>
public sealed class ProcessDiedException(bool isTheMoment) : Exception("the process is dead")
{
    public bool IsTheMoment { get; } = isTheMoment;
}

/// <summary>
/// Counts the steps of a process that can be seen from outside, on its disk and on its NIC, and lets it die at one of
/// them: from then on it changes nothing any more, however long it goes on to run.
/// </summary>
/// <param name="at">The step, from 0, that it does not survive.</param>
internal sealed class ProcessDies(int at)
{
    /// <summary>How many steps it has come to.</summary>
    public int Steps { get; private set; }

    public bool IsDead => Steps > at;

    /// <summary>Stands between the process and the world.</summary>
    public void Watch(SimulatedNic nic, FaultyDisk disk)
    {
        nic.Before = nic.After = Step;
        disk.Fate = (_, kind) => Step(kind);
    }

    /// <summary>Gives the NIC back to the next process.</summary>
    public static void Forget(SimulatedNic nic) => nic.Before = nic.After = _ => { };

    private void Step(string what)
    {
        var step = Steps++;
        if (step >= at)
            throw new ProcessDiedException(step == at);
    }
}
