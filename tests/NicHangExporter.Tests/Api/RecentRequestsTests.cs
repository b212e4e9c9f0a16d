using Microsoft.Extensions.Time.Testing;
using NicHangExporter.Api;
using NicHangExporter.Linux;
using NicHangExporter.Remediation;

namespace NicHangExporter.Tests.Api;

public sealed class RecentRequestsTests
{
    private readonly FakeTimeProvider _clock = new();
    private int _ids;
    private RemediationVerdict _verdict;

    [Fact]
    public void Keys_AreBoundedAndTheOldestGoes()
    {
        var passes = Requests();
        for (var i = 0; i < RecentRequests.MaxKeys + 1; i++)
            Submit(passes, $"k{i}");

        Assert.Null(passes.FindByKey("k0"));
        Assert.NotNull(passes.FindByKey("k1"));
        Assert.NotNull(passes.FindByKey($"k{RecentRequests.MaxKeys}"));
    }

    [Fact]
    public void KeyUsedAnew_AfterItWasDeclined_LivesFromThenOn()
    {
        var passes = Requests();
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
        var passes = Requests();
        var first = Submit(passes, null);
        for (var i = 0; i < 1000; i++)
            Submit(passes, null);

        Assert.Null(passes.Find(first.Ticket.Id));
        Assert.NotNull(passes.Find($"r{_ids}"));
    }

    [Fact]
    public void ManyKeys_OverManyDays_LeaveNothingBehind()
    {
        var passes = Requests();
        for (var i = 0; i < 5000; i++)
        {
            Submit(passes, $"k{i}", i % 3 == 0 ? RemediationVerdict.Declined : RemediationVerdict.Applied);
            _clock.Advance(TimeSpan.FromMinutes(7));
        }

        Assert.Equal(
            Math.Round(24 * 60 / 7.0 * 2 / 3),
            Enumerable.Range(0, 5000).Count(i => passes.FindByKey($"k{i}") is not null), 2.0);
    }

    private RecentRequests Requests() => new(
        _ => new RemediationTicket(
            $"r{++_ids}", false, Task.FromResult(new RemediationOutcome($"r{_ids}", "eno1", _verdict, ""))), _clock);

    private RecentRequest Submit(
        RecentRequests passes, string? key, RemediationVerdict verdict = RemediationVerdict.Applied)
    {
        _verdict = verdict;
        Assert.True(InterfaceName.TryParse("eno1", out var device));
        return passes.Submit(key, "content", new RemediationRequest(device, RemediationTrigger.Api))
            ?? throw new InvalidOperationException("too many");
    }
}
