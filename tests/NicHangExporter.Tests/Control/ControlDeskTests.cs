using NicHangExporter.Control;
using NicHangExporter.Linux.Sysfs;
using NicHangExporter.Remediation;
using NicHangExporter.Remediation.Policy;
using NicHangExporter.TestSupport;

namespace NicHangExporter.Tests.Control;

public sealed class ControlDeskTests : IDisposable
{
    private readonly SysfsTree _sysfs = new();
    private readonly List<RemediationRequest> _submitted = [];
    private readonly List<string> _asked = [];
    private readonly ControlDesk _desk;

    public ControlDeskTests()
    {
        _sysfs.Add("eno1"u8, "pci0000:00/0000:00:1f.6", "pci", "e1000e");
        _sysfs.Add("ens1p0"u8, "pci0000:00/0000:01:00.0", "pci", "mlx4_en");
        _sysfs.Add("ens1p1"u8, "pci0000:00/0000:01:00.0", "pci", "mlx4_en");
        _sysfs.Add("eth0"u8, "pci0000:00/virtio0", "virtio", "virtio_net");
        _sysfs.Add("virtio1"u8, "pci0000:00/0000:02:00.0", "pci", "igc");
        _sysfs.Add("eth1"u8, "pci0000:00/virtio1", "virtio", "virtio_net");
        _sysfs.Add("-rf"u8);
        _desk = new ControlDesk(
            new ControlDoor(
                request =>
                {
                    _submitted.Add(request);
                    return new RemediationTicket("7", Joined: request.Reason == "join", Task.FromResult(new RemediationOutcome("7", request.Device.ToString(), RemediationVerdict.Applied, "Done.")));
                },
                (device, actor) =>
                {
                    _asked.Add($"clear {device} {actor}");
                    return Task.FromResult(device.ToString() == "eno1" ? null : new AdminError(AdminErrorKind.NothingToDo, "it is in no quarantine"));
                },
                (paused, actor) =>
                {
                    _asked.Add($"pause {paused} {actor}");
                    return Task.FromResult<AdminError?>(null);
                },
                () => TestStatus.Empty),
            new NetClass(_sysfs.Root));
    }

    public void Dispose() => _sysfs.Dispose();

    [Theory]
    [InlineData("eno1", "eno1")]
    [InlineData("0000:00:1f.6", "eno1")]
    [InlineData("virtio0", "eth0")]
    [InlineData("virtio1", "virtio1")] // Its own name goes before an address that another device has.
    [InlineData("-rf", "-rf")]
    [InlineData("eno9", "eno9")] // The door knows devices that have left.
    public async Task Device_ByNameOrAddress_IsFound(string text, string expected)
    {
        var answer = await AskAsync(new ControlRequest(ControlCommand.Remediate) { Device = text });

        Assert.Equal(RemediationVerdict.Applied, answer.Outcome!.Verdict);
        Assert.Equal(expected, Assert.Single(_submitted).Device.ToString());
    }

    [Fact]
    public async Task Device_AtAnAddressWithSeveral_IsRefusedByNames()
    {
        var answer = await AskAsync(new ControlRequest(ControlCommand.Remediate) { Device = "0000:01:00.0" });

        Assert.Equal("several devices are at 0000:01:00.0; name one: ens1p0, ens1p1", answer.Error);
        Assert.Empty(_submitted);
    }

    [Fact]
    public async Task Device_AtAnEmptyAddress_IsUnknown()
    {
        var answer = await AskAsync(new ControlRequest(ControlCommand.Rollback) { Device = "0000:09:00.0" });

        Assert.Equal(DeclineReason.UnknownDevice, answer.Outcome!.Declined);
        Assert.Empty(_submitted);
    }

    [Fact]
    public async Task Remediate_AllItSays_ReachesTheDoor()
    {
        var answer = await AskAsync(new ControlRequest(ControlCommand.Remediate) { Device = "eno1", Settings = ["tso", "eee"], Recover = true, DryRun = true, Reason = "join" });

        var request = Assert.Single(_submitted);
        Assert.Equal(["tso", "eee"], request.Settings);
        Assert.Equal((RemediationTrigger.Cli, null, true, false, true, "eve", "join"), (request.Trigger, request.Profile, request.Recover, request.Rollback, request.DryRun, request.Actor, request.Reason));
        Assert.True(answer.Joined);
    }

    [Fact]
    public async Task Remediate_WithAProfile_AsksForItAsASetting()
    {
        await AskAsync(new ControlRequest(ControlCommand.Remediate) { Device = "eno1", Profile = "classic" });

        Assert.Equal(("classic", "classic"), (_submitted[0].Profile, Assert.Single(_submitted[0].Settings)));
    }

    [Fact]
    public async Task Remediate_LooksFirst_RollbackDoesNot()
    {
        var watched = new List<string>();
        var door = new ControlDoor(request => new RemediationTicket("1", false, Task.FromResult(new RemediationOutcome("1", "", RemediationVerdict.Applied, ""))), null!, null!, null!)
        {
            Watch = device =>
            {
                watched.Add(device.ToString());
                return Task.CompletedTask;
            },
        };
        var desk = new ControlDesk(door, new NetClass(_sysfs.Root));

        await desk.AnswerAsync(new ControlRequest(ControlCommand.Rollback) { Device = "eth0" }, "eve", TestContext.Current.CancellationToken);
        await desk.AnswerAsync(new ControlRequest(ControlCommand.Remediate) { Device = "0000:00:1f.6" }, "eve", TestContext.Current.CancellationToken);

        Assert.Equal(["eno1"], watched);
    }

    [Fact]
    public async Task Rollback_IsOne()
    {
        Assert.Null((await AskAsync(new ControlRequest(ControlCommand.Rollback) { Device = "eno1" })).Joined);

        Assert.True(Assert.Single(_submitted).Rollback);
    }

    [Fact]
    public async Task PauseResumeClear_ReachTheDoorWithTheirActor()
    {
        Assert.NotNull((await AskAsync(new ControlRequest(ControlCommand.Pause))).Done);
        Assert.NotNull((await AskAsync(new ControlRequest(ControlCommand.Resume))).Done);
        Assert.NotNull((await AskAsync(new ControlRequest(ControlCommand.ClearQuarantine) { Device = "0000:00:1f.6" })).Done);
        Assert.Equal("it is in no quarantine", (await AskAsync(new ControlRequest(ControlCommand.ClearQuarantine) { Device = "eth0" })).Error);

        Assert.Equal(["pause True eve", "pause False eve", "clear eno1 eve", "clear eth0 eve"], _asked);
    }

    public static TheoryData<string> Senseless => new()
    {
        """{"version":1,"command":"remediate"}""",
        """{"version":1,"command":"remediate","device":""}""",
        """{"version":1,"command":"remediate","device":null}""",
        """{"version":1,"command":"remediate","device":"."}""",
        """{"version":1,"command":"remediate","device":"a b"}""",
        """{"version":1,"command":"remediate","device":"../eno1"}""",
        """{"version":1,"command":"remediate","device":"eno1\u0000"}""",
        """{"version":1,"command":"rollback"}""",
        """{"version":1,"command":"clear_quarantine"}""",
        """{"version":1,"command":"status","device":"eno1"}""",
        """{"version":1,"command":"pause","device":"eno1"}""",
        """{"version":1,"command":"pause","dryRun":true}""",
        """{"version":1,"command":"clear_quarantine","device":"eno1","dryRun":true}""",
        """{"version":1,"command":"rollback","device":"eno1","recover":true}""",
        """{"version":1,"command":"rollback","device":"eno1","settings":["tso"]}""",
        """{"version":1,"command":"remediate","device":"eno1","profile":"classic","settings":["tso"]}""",
        """{"version":1,"command":"remediate","device":"eno1","profile":""}""",
        """{"version":1,"command":"remediate","device":"eno1","settings":[]}""",
        """{"version":1,"command":"remediate","device":"eno1","settings":[""]}""",
        """{"version":1,"command":"remediate","device":"eno1","settings":[null]}""",
        $$"""{"version":1,"command":"remediate","device":"eno1","settings":["{{new string('x', 65)}}"]}""",
        $$"""{"version":1,"command":"remediate","device":"eno1","settings":[{{string.Join(',', Enumerable.Repeat("\"tso\"", 65))}}]}""",
        $$"""{"version":1,"command":"remediate","device":"eno1","reason":"{{new string('x', 1025)}}"}""",
    };

    [Theory]
    [MemberData(nameof(Senseless))]
    public async Task Request_ThatMakesNoSense_IsRefusedAndNothingAsked(string line)
    {
        Assert.True(ControlProtocol.TryParse(System.Text.Encoding.UTF8.GetBytes(line), out var request, out _));

        Assert.NotNull((await AskAsync(request!)).Error);

        Assert.Empty(_submitted);
        Assert.Empty(_asked);
    }

    [Fact]
    public async Task Wait_ThatIsEnded_LeavesTheWorkAlone()
    {
        var work = new TaskCompletionSource<RemediationOutcome>();
        var desk = new ControlDesk(new ControlDoor(_ => new RemediationTicket("1", false, work.Task), null!, null!, null!), new NetClass(_sysfs.Root));
        using var ending = new CancellationTokenSource();
        var answer = desk.AnswerAsync(new ControlRequest(ControlCommand.Rollback) { Device = "eno1" }, "eve", ending.Token);

        await ending.CancelAsync();

        await Assert.ThrowsAnyAsync<OperationCanceledException>(() => answer);
        Assert.False(work.Task.IsCompleted);
    }

    private Task<ControlAnswer> AskAsync(ControlRequest request) => _desk.AnswerAsync(request, "eve", TestContext.Current.CancellationToken);
}
