using NicHangExporter.Api;
using NicHangExporter.Linux;
using NicHangExporter.Remediation;
using NicHangExporter.Remediation.Policy;
using NicHangExporter.Text;

namespace NicHangExporter.Tests.Api;

public sealed class HttpStatusMappingTests
{
    [Fact]
    public void EveryVerdict_HasAStatus() =>
        Assert.Equal(
            Enum.GetValues<RemediationVerdict>().Where(verdict => verdict != RemediationVerdict.Declined),
            HttpStatusMapping.OfVerdict.Keys.Order());

    [Fact]
    public void EveryReason_HasAProblem() =>
        Assert.Equal(Enum.GetValues<DeclineReason>(), HttpStatusMapping.OfReason.Keys.Order());

    [Fact]
    public void EveryRefusal_HasItsRow() =>
        Assert.Equal(Enum.GetValues<AdminErrorKind>(), HttpStatusMapping.OfRefusal.Keys.Order());

    // The table of the requirements, by hand.
    [Theory]
    [InlineData(DeclineReason.ModeOff, 403)]
    [InlineData(DeclineReason.Paused, 409)]
    [InlineData(DeclineReason.UnknownDevice, 404)]
    [InlineData(DeclineReason.Upper, 403)]
    [InlineData(DeclineReason.NotAllowed, 403)]
    [InlineData(DeclineReason.NoProfile, 422)]
    [InlineData(DeclineReason.UnknownSetting, 422)]
    [InlineData(DeclineReason.NothingChangeable, 422)]
    [InlineData(DeclineReason.Cooldown, 429)]
    [InlineData(DeclineReason.Quarantined, 409)]
    [InlineData(DeclineReason.Ambiguous, 409)]
    [InlineData(DeclineReason.BootGrace, 409)]
    [InlineData(DeclineReason.NotHung, 409)]
    [InlineData(DeclineReason.Busy, 409)]
    [InlineData(DeclineReason.Bond, 409)]
    [InlineData(DeclineReason.JournalUnavailable, 503)]
    [InlineData(DeclineReason.Incapable, 409)]
    [InlineData(DeclineReason.NothingToRollBack, 409)]
    [InlineData(DeclineReason.ShuttingDown, 503)]
    internal void Reason_HasItsStatus(DeclineReason reason, int status)
    {
        var answer = ApiResult.Of(new RemediationOutcome("r1-1", "eno1", RemediationVerdict.Declined, "because")
            { Declined = reason, RetryAfter = 12.2 });

        Assert.Equal(status, answer.Status);
        Assert.True(answer.IsProblem);
        Assert.Equal(12.2, answer.RetryAfter);
        Assert.Equal(SnakeCase.Of(reason), HttpStatusMapping.OfReason[reason].Name);
    }

    [Fact]
    public void Problem_OfWhateverDetail_StaysWithin512Bytes()
    {
        foreach (var piece in new[] { "x", "é", "漢", "😀", "\"", "\\", "\n", "\u0001", "<" })
            for (var length = 0; length < 700; length += 7)
                foreach (var reason in Enum.GetValues<DeclineReason>())
                {
                    var answer = ApiResult.Of(new RemediationOutcome(
                        "r1954fc40000-123456", "eno1", RemediationVerdict.Declined,
                        string.Concat(Enumerable.Repeat(piece, length))) { Declined = reason });
                    Assert.InRange(answer.Body.Length, 1, ApiResult.MaxProblem);
                    Assert.NotNull(System.Text.Json.Nodes.JsonNode.Parse(answer.Body));
                }
    }
}
