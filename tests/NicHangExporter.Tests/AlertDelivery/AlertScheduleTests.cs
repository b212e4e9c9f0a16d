using NicHangExporter.Alerting;
using NicHangExporter.Linux;
using NicHangExporter.Remediation;

namespace NicHangExporter.Tests.AlertDelivery;

/// <summary>What each Alertmanager is sent, and when. No file, no network; the test sets the time.</summary>
public sealed class AlertScheduleTests
{
    private const string A = "http://a:9093/";
    private const string B = "http://b:9093/";

    private static readonly DateTimeOffset Start = new(2026, 7, 24, 16, 0, 0, TimeSpan.Zero);

    private IReadOnlyList<OutgoingAlert> _alerts = [];

    [Fact]
    public void Hang_IsSentImmediatelyThenEachMinuteThenAsResolved()
    {
        Update(0, Hang());
        Assert.Equal(AlertStatus.Firing, Due(A, 0));
        Take(A, 0);
        Assert.Null(Due(A, 59));
        Assert.Equal(AlertStatus.Firing, Due(A, 60));
        // B has received nothing yet.
        Assert.Equal(AlertStatus.Firing, Due(B, 1));
        for (var minute = 1; minute <= 9; minute++)
        {
            Update(minute * 60, Hang());
            Take(A, minute * 60);
        }
        Update(560);
        Assert.Equal(Start.AddSeconds(540), Only.Over);
        Assert.Equal(AlertStatus.Resolved, Due(A, 560));
        Take(A, 560);
        Assert.Null(Due(A, 100_000));
        Assert.False(AlertSchedule.IsDone(Only));
        // For B the alert is new, and fires for five minutes there.
        Assert.Equal(AlertStatus.Firing, Due(B, 560));
    }

    [Fact]
    public void ShortHang_FiresForFiveMinutesAtEach()
    {
        Update(0, Hang());
        Take(A, 0);
        Update(10);
        for (var second = 60; second < 300; second += 60)
        {
            Assert.Equal(AlertStatus.Firing, Due(A, second));
            Take(A, second);
        }
        Assert.Null(Due(A, 299));
        Assert.Equal(AlertStatus.Resolved, Due(A, 300));
        Take(A, 300);

        // B can be reached three hours later.
        Assert.Equal(AlertStatus.Firing, Due(B, 10_800));
        Take(B, 10_800);
        Assert.Null(Due(B, 10_830));
        for (var second = 10_860; second < 11_100; second += 60)
            Take(B, second);
        Assert.Equal(AlertStatus.Resolved, Due(B, 11_100));
        Take(B, 11_100);
        Assert.True(AlertSchedule.IsDone(Only));
    }

    [Fact]
    public void Gap_LongerThanTheValidity_StartsTheFiveMinutesAgain()
    {
        Update(0, Hang());
        Take(A, 0);
        Update(10);
        // Nothing arrived for five minutes. The alert has lapsed there, perhaps before a notification.
        Assert.Equal(AlertStatus.Firing, Due(A, 300));
        Take(A, 300);
        Assert.Equal(AlertStatus.Firing, Due(A, 360));
        Take(A, 360);
        Take(A, 480);
        Assert.Equal(AlertStatus.Resolved, Due(A, 600));
    }

    [Fact]
    public void NextEpisode_ContinuesTheAlertWhereItFires_AndIsNewWhereItWasOver()
    {
        Update(0, Hang());
        Take(A, 0);
        Take(B, 0);
        Update(10);
        for (var second = 60; second <= 300; second += 60)
            Take(A, second);
        Assert.True(Only.Progress[A].Resolved);

        Update(310, Hang(at: 305, id: "second"));
        Assert.Equal((2, null, "second"), (Only.Episodes, Only.Over, Only.Episode));
        Assert.Equal((Start.AddSeconds(305), Start), (Only.Progress[A].StartsAt, Only.Progress[B].StartsAt));
        Assert.Equal(AlertStatus.Firing, Due(A, 310));
    }

    [Fact]
    public void Taken_WhileAHangBeganAgain_IsNotOver()
    {
        Update(0, Hang());
        Take(A, 0);
        Update(10);
        var before = Only;
        Update(301, Hang(at: 301));
        // The post said that the hang is over. Meanwhile it has begun again.
        _alerts = [AlertSchedule.Taken(Only, A, AlertStatus.Resolved, Start.AddSeconds(302))];
        Assert.NotNull(before.Over);
        Assert.False(Only.Progress[A].Resolved);
    }

    [Fact]
    public void Start_OfTheProcess_WaitsForTheHangToBeReportedAgain()
    {
        Update(0, Hang());
        Update(30, isSettling: true);
        Assert.Null(Only.Over);
        Update(61);
        Assert.Equal(Start, Only.Over);
    }

    [Theory]
    [InlineData(-86_400)]
    [InlineData(-315_360_000)]
    [InlineData(86_400)]
    [InlineData(315_360_000)]
    public void ClockStep_WhileItFires_IsSentAgainAndStillResolves(double step)
    {
        Update(0, Hang());
        Take(A, 0);
        Update(step, Hang());
        Assert.Equal(AlertStatus.Firing, Due(A, step));
        Take(A, step);
        Update(step + 10);
        for (var minute = 1; minute < 5; minute++)
        {
            Assert.Equal(AlertStatus.Firing, Due(A, step + (minute * 60)));
            Take(A, step + (minute * 60));
        }
        Assert.Equal(AlertStatus.Resolved, Due(A, step + 300));
    }

    [Fact]
    public void ManyAlerts_AreBoundedAndTheNewestStay()
    {
        var hangs = Enumerable.Range(0, 150).Select(number => Hang(device: $"eth{number}")).ToArray();
        for (var number = 0; number < hangs.Length; number++)
            Update(number, hangs[..(number + 1)][^Math.Min(number + 1, 10)..]);
        Assert.Equal(AlertSchedule.MaxAlerts, _alerts.Count);
        Assert.Contains(_alerts, alert => alert.Device == "eth149");
        Assert.DoesNotContain(_alerts, alert => alert.Device == "eth0");
    }

    [Fact]
    public void AlertThatNobodyAccepted_IsDroppedAfterAWeek()
    {
        Update(0, Hang());
        Update(10);
        Update((7 * 86_400) - 1);
        Assert.Single(_alerts);
        Update(7 * 86_400);
        Assert.Empty(_alerts);
    }

    [Fact]
    public void RandomHistories_NeverResolveTooEarly()
    {
        for (var seed = 0; seed < 300; seed++)
        {
            _alerts = [];
            var random = new Random(seed);
            var (second, hung, firingSince, lastTaken, sent) = (0.0, false, double.NaN, double.NaN,
                new List<(double At, AlertStatus Status)>());
            var reachable = true;
            for (var step = 0; step < 400; step++)
            {
                second += 1 + random.Next(30);
                hung = random.Next(25) == 0 ? !hung : hung;
                reachable = random.Next(25) == 0 ? !reachable : reachable;
                Update(second, hung ? [Hang()] : []);
                if (_alerts.Count == 0 || !reachable || Due(A, second) is not { } status)
                    continue;
                if (status == AlertStatus.Firing)
                    firingSince = double.IsNaN(firingSince) || second - lastTaken >= 300 ? second : firingSince;
                else
                {
                    Assert.True(second - firingSince >= 300 && second - lastTaken < 300,
                        $"seed {seed}: resolved at {second}, firing since {firingSince}, last heard {lastTaken}");
                    Assert.False(hung, $"seed {seed}: resolved while it hangs");
                    firingSince = double.NaN;
                }
                lastTaken = second;
                Take(A, second);
            }
        }
    }

    private OutgoingAlert Only => Assert.Single(_alerts);

    private void Update(double second, params LiveHang[] live) => Update(second, isSettling: false, live);

    private void Update(double second, bool isSettling, params LiveHang[] live) =>
        _alerts = AlertSchedule.Observe(_alerts, live, [A, B], Start.AddSeconds(second), isSettling);

    private AlertStatus? Due(string url, double second) => AlertSchedule.Due(_alerts[0], url, Start.AddSeconds(second));

    private void Take(string url, double second) =>
        _alerts = [AlertSchedule.Taken(Only, url, Due(url, second) ?? AlertStatus.Firing, Start.AddSeconds(second))];

    private static LiveHang Hang(double at = 0, string id = "first", string device = "eno1") =>
        new(InterfaceName.TryParse(device, out var name) ? name : throw new ArgumentException(device), default,
            "e1000e", id, Start.AddSeconds(at), "wedge", null, RecoversByItself: false);
}
