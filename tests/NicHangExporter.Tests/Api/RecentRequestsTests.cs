using Microsoft.Extensions.Time.Testing;
using NicHangExporter.Api;
using NicHangExporter.Remediation;

namespace NicHangExporter.Tests.Api;

public sealed class RecentRequestsTests
{
    private readonly FakeTimeProvider _clock = new();
    private int _ids;

    [Fact]
    public void Keys_AreBoundedAndTheOldestGoes()
    {
        var passes = new RecentRequests(_clock);
        for (var i = 0; i < RecentRequests.MaxKeys + 1; i++)
            Submit(passes, $"k{i}");

        Assert.Null(passes.FindByKey("k0"));
        Assert.NotNull(passes.FindByKey("k1"));
        Assert.NotNull(passes.FindByKey($"k{RecentRequests.MaxKeys}"));
    }

    [Fact]
    public void KeyUsedAnew_AfterItWasDeclined_LivesFromThenOn()
    {
        var passes = new RecentRequests(_clock);
        Submit(passes, "k", RemediationVerdict.Declined);
        Assert.Null(passes.FindByKey("k"));
        var second = Submit(passes, "k");
        for (var i = 0; i < RecentRequests.MaxKeys - 1; i++)
            Submit(passes, $"k{i}");

        Assert.Same(second, passes.FindByKey("k"));
        Submit(passes, "last");
        Assert.Null(passes.FindByKey("k"));
    }

    [Fact]
    public void Ids_AreBounded()
    {
        var passes = new RecentRequests(_clock);
        var first = Submit(passes, null);
        for (var i = 0; i < 1000; i++)
            Submit(passes, null);

        Assert.Null(passes.Find(first.Ticket.Id));
        Assert.NotNull(passes.Find($"r{_ids}"));
    }

    [Fact]
    public void ManyKeys_OverManyDays_LeaveNothingBehind()
    {
        var passes = new RecentRequests(_clock);
        for (var i = 0; i < 5000; i++)
        {
            Submit(passes, $"k{i}", i % 3 == 0 ? RemediationVerdict.Declined : RemediationVerdict.Applied);
            _clock.Advance(TimeSpan.FromMinutes(7));
        }

        Assert.Equal(Math.Round(24 * 60 / 7.0 * 2 / 3), Enumerable.Range(0, 5000).Count(i => passes.FindByKey($"k{i}") is not null), 2.0);
    }

    private RecentRequest Submit(RecentRequests passes, string? key, RemediationVerdict verdict = RemediationVerdict.Applied) =>
        passes.Submit(key, "eno1", "content", () => new RemediationTicket($"r{++_ids}", false, Task.FromResult(new RemediationOutcome($"r{_ids}", "eno1", verdict, "")))) ?? throw new InvalidOperationException("too many");
}
