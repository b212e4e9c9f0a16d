using NicHangExporter.Remediation;

namespace NicHangExporter.Tests.Remediation.Faults;

/// <summary>
/// What is answered without any time passing by the fake clock; a continuation on another thread may take a moment.
/// </summary>
internal static class Answers
{
    public static RemediationOutcome Answer(this RemediationTicket ticket) => ticket.Outcome.Now();

    public static T Now<T>(this Task<T> task)
    {
        Assert.True(SpinWait.SpinUntil(() => task.IsCompleted, TimeSpan.FromSeconds(30)), "there is no answer");
        return task.Result;
    }
}
