using NicHangExporter.Api.Alertmanager;
using NicHangExporter.Linux;
using NicHangExporter.Options;
using NicHangExporter.Remediation;
using NicHangExporter.Remediation.Journaling;
using NicHangExporter.Remediation.Policy;
using NicHangExporter.Text;

namespace NicHangExporter.Tests.Api.Alertmanager;

/// <summary>The verdicts, gate by gate.</summary>
public sealed class AlertPolicyTests
{
    private static readonly DateTimeOffset Start = new(2026, 7, 24, 15, 0, 0, TimeSpan.Zero);

    [Theory]
    [InlineData("instance=pve1:19642", "accepted")]
    [InlineData("instance=PVE1:19642", "accepted")]
    [InlineData("node=pve1", "accepted")]
    [InlineData("nodename=pve1", "accepted")]
    // In Kubernetes, instance is an address.
    [InlineData("instance=10.0.0.7:19642 node=pve1", "accepted")]
    [InlineData("", "not_mine")]
    [InlineData("host=pve1", "not_mine")]
    [InlineData("instance=", "not_mine")]
    [InlineData("instance=pve1", "accepted")]
    [InlineData("instance=pve1:9100", "not_mine")]
    [InlineData("instance=pve11", "not_mine")]
    [InlineData("instance=pve1.evil.example", "not_mine")]
    [InlineData("node=pve2", "not_mine")]
    [InlineData("node=pve1\n", "not_mine")]
    public void Host_IsMatchedExactly(string labels, string verdict)
    {
        var alert = Alert(labels: labels.Split(' ', StringSplitOptions.RemoveEmptyEntries)
            .Select(label => label.Split('=')).ToDictionary(label => label[0], label => label[1]));
        alert.Labels!["device"] = "eno1";
        Assert.Equal(verdict, Verdict(alert, Situation(Hung())));
    }

    [Theory]
    [InlineData("eno1", "accepted")]
    [InlineData("", "unknown_device")]
    [InlineData("eno9", "unknown_device")]
    [InlineData("ENO1", "unknown_device")]
    [InlineData("eno1 ", "unknown_device")]
    [InlineData("eno1\0", "unknown_device")]
    [InlineData("*", "unknown_device")]
    [InlineData(".*", "unknown_device")]
    [InlineData(".", "unknown_device")]
    [InlineData("..", "unknown_device")]
    [InlineData("../../etc", "unknown_device")]
    [InlineData("/sys/class/net/eno1", "unknown_device")]
    [InlineData("eno1; rm -rf /", "unknown_device")]
    [InlineData("$(id)", "unknown_device")]
    [InlineData("-rf", "unknown_device")]
    [InlineData("eno1,eno2", "unknown_device")]
    public void Device_IsOneOfTheHost(string device, string verdict) =>
        Assert.Equal(verdict, Verdict(Alert(device), Situation(Hung())));

    [Fact]
    public void Device_WithoutALabel_IsNoneAndNeverAll()
    {
        var alert = Alert();
        alert.Labels!.Remove("device");
        Assert.Equal("unknown_device", Verdict(alert, Situation(Hung())));
    }

    [Fact]
    public void Bridge_IsNotAllowedAndItsPortsAreNamed()
    {
        var decision = AlertPolicy.Decide(Alert("vmbr0"),
            Situation(new AlertTarget(Name("vmbr0"))
            { IsUpper = true, IsWatched = true, Ports = [Name("eno1"), Name("eno2")] }));
        Assert.Equal(AlertVerdict.NotAllowed, decision.Verdict);
        Assert.Contains("eno1, eno2; name one of them", decision.Explanation, StringComparison.Ordinal);
    }

    [Fact]
    public void Gates_AreSaidInTheirOrder()
    {
        var hung = Hung();
        var cooling = hung with { IsHungNow = false, Status = Status() with { Cooldown = 12.3 } };
        Assert.Equal("unknown_device", Verdict(Alert(), Situation(hung with { IsWatched = false })));
        Assert.Equal("not_allowed", Verdict(Alert(), Situation(hung) with { Mode = RemediationMode.Off }));
        Assert.Equal(
            "not_allowed",
            Verdict(Alert(), Situation(hung with { Status = Status() with { NotAllowed = DeclineReason.NoProfile } })));
        Assert.Equal(
            "not_allowed", Verdict(Alert(), Situation(hung with { Status = Status() with { Quarantined = true } })));
        Assert.Equal("not_allowed", Verdict(Alert(), Situation(hung) with { IsPaused = true }));
        Assert.Equal("not_allowed", Verdict(Alert(), Situation(hung) with { IsCapable = false }));
        Assert.Equal("not_hung", Verdict(Alert(), Situation(hung with { Hang = null })));
        Assert.Equal("not_hung", Verdict(Alert(), Situation(hung with { Hang = null, IsHungNow = true })));
        Assert.Equal("cooldown", Verdict(Alert(), Situation(cooling)));
        Assert.Contains(
            "for 13s more", AlertPolicy.Decide(Alert(), Situation(cooling)).Explanation, StringComparison.Ordinal);
        // A device that sends nothing needs no protection.
        Assert.Equal("accepted", Verdict(Alert(), Situation(cooling with { IsHungNow = true })));
        Assert.Equal("accepted", Verdict(Alert(), Situation(hung) with { Mode = RemediationMode.Observe }));
        Assert.Equal("accepted", Verdict(Alert(), Situation(hung with { Status = null })));
        Assert.Equal(
            "resolved_noted",
            Verdict(Alert() with { Status = "resolved" }, Situation(hung) with { Mode = RemediationMode.Off }));
        Assert.Equal("not_mine", Verdict(Alert() with { Status = "resolved", Labels = [] }, Situation(hung)));
    }

    [Fact]
    public void Duplicate_IsTheSameFingerprintAndStart()
    {
        var situation = Situation(Hung() with { Hang = null })
            with
        { Known = new HashSet<(AlertKey, string)> { (new("f1", Start), "eno1") } };
        Assert.Equal("duplicate", Verdict(Alert(), situation));
        Assert.Equal(
            "duplicate", Verdict(Alert() with { StartsAt = Start.ToOffset(TimeSpan.FromHours(2)) }, situation));
        Assert.Equal("not_hung", Verdict(Alert() with { StartsAt = Start.AddSeconds(1) }, situation));
        Assert.Equal("not_hung", Verdict(Alert() with { Fingerprint = "f2" }, situation));
    }

    [Fact]
    public void Duplicate_IsAboutTheSameDevice()
    {
        var other = new AlertTarget(Name("eno2")) { IsWatched = true };
        var situation = Situation(Hung())
            with
        { Known = new HashSet<(AlertKey, string)> { (new("f1", Start), "eno2") } };
        situation = situation
            with
        { Devices = new Dictionary<InterfaceName, AlertTarget>(situation.Devices) { [other.Device] = other } };
        Assert.Equal("accepted", Verdict(Alert(), situation));
        Assert.Equal("duplicate", Verdict(Alert("eno2"), situation));
    }

    // The clocks of the sender and of this host may be years off: what counts is whether the NIC hangs.
    [Theory]
    [InlineData("0001-01-01T00:00:00Z")]
    [InlineData("1970-01-01T00:00:00Z")]
    [InlineData("2026-07-20T00:00:00Z")]
    [InlineData("2031-01-01T00:00:00Z")]
    [InlineData("9999-12-31T23:59:59.9999999Z")]
    public void Start_FarFromNow_IsNoGate(string start)
    {
        var alert = Alert()
            with
        { StartsAt = DateTimeOffset.Parse(start, System.Globalization.CultureInfo.InvariantCulture) };
        Assert.Equal("accepted", Verdict(alert, Situation(Hung())));
        Assert.Equal("not_hung", Verdict(alert, Situation(Hung() with { Hang = null })));
    }

    [Fact]
    public void Cooldown_OfAHangThatTheDriverRecoversFrom_HoldsAlsoBetweenTwoReports()
    {
        var flapping = Hung() with { Hang = Hung().Hang! with { RecoversByItself = true } };
        Assert.Equal("accepted", Verdict(Alert(), Situation(flapping)));
        Assert.Equal(
            "cooldown", Verdict(Alert(), Situation(flapping with { Status = Status() with { Cooldown = 5 } })));
    }

    [Fact]
    public void Host_WithoutIdentities_IsNoneAndNeverAll()
    {
        var nobody = Situation(Hung()) with { Identities = new HashSet<string>(StringComparer.OrdinalIgnoreCase) };
        Assert.Equal("not_mine", Verdict(Alert(), nobody));
        // Not even if an empty name is in the list.
        Assert.Equal(
            "not_mine",
            Verdict(Alert(labels: new() { ["instance"] = "", ["device"] = "eno1" }), nobody
                with
            { Identities = new HashSet<string> { "" } }));
    }

    [Fact]
    public void Identities_ByDefault_AreTheHostNameWithAndWithoutDomainAndPorts()
    {
        using var directory = new TestSupport.TemporaryDirectory();
        Directory.CreateDirectory(directory.File("sys/kernel"));
        File.WriteAllText(directory.File("sys/kernel/hostname"), "pve1.lab.example\n");
        var options = new ExporterOptions
        {
            Paths = new() { Procfs = directory.Path },
            Web = new()
            {
                ListenAddresses = [new(null, 19642), new(System.Net.IPAddress.Parse("10.0.0.7"), 9000),
                new(System.Net.IPAddress.Loopback, 1)]
            }
        };

        Assert.Equal(
            ["10.0.0.7:9000", "pve1", "pve1.lab.example", "pve1.lab.example:1", "pve1.lab.example:19642",
                "pve1.lab.example:9000", "pve1:1", "pve1:19642", "pve1:9000"],
            HostIdentity.Read(options).Order(StringComparer.Ordinal));
        Assert.Equal("pve1.lab.example:19642", HostIdentity.Instance(options));
        options = options with { Api = options.Api with { Identities = ["node-7"] } };
        Assert.Equal(
            ["node-7", "node-7:1", "node-7:19642", "node-7:9000"],
            HostIdentity.Read(options).Order(StringComparer.Ordinal));
        Assert.Equal("node-7", HostIdentity.Instance(options));
        options = options
            with
        { Api = options.Api with { Identities = [] }, Paths = options.Paths with { Procfs = "/nonexistent" } };
        Assert.Equal(["10.0.0.7:9000"], HostIdentity.Read(options));
    }

    [Fact]
    public void Identities_WithoutAPort_AreMeantWithThoseThatAreListenedOn()
    {
        var options = new ExporterOptions
        {
            Api = new() { Identities = ["2001:DB8::7", "pve1:1234", "10.0.0.7"] },
            Web = new() { ListenAddresses = [new(null, 19642)] }
        };
        var identities = HostIdentity.Read(options);
        Assert.Equal(
            ["10.0.0.7", "10.0.0.7:19642", "2001:DB8::7", "[2001:DB8::7]:19642", "pve1:1234"],
            identities.Order(StringComparer.Ordinal));
        Assert.Contains("[2001:db8::7]:19642", identities);
    }

    [Theory]
    [InlineData("localhost")]
    [InlineData("localhost.localdomain")]
    [InlineData("LOCALHOST")]
    [InlineData("(none)")]
    [InlineData("")]
    [InlineData(" \n")]
    public void Identities_OfAHostThatIsCalledLikeEveryOther_AreNone(string hostName)
    {
        using var directory = new TestSupport.TemporaryDirectory();
        Directory.CreateDirectory(directory.File("sys/kernel"));
        File.WriteAllText(directory.File("sys/kernel/hostname"), hostName);
        Assert.Empty(
            HostIdentity.Read(
                new ExporterOptions
                {
                    Paths = new() { Procfs = directory.Path },
                    Web = new()
                    {
                        ListenAddresses =
                        [new(System.Net.IPAddress.Loopback, 19642), new(System.Net.IPAddress.IPv6Any, 19642)]
                    }
                }));
    }

    private static string Verdict(PostedAlert alert, AlertSituation situation) =>
        SnakeCase.Of(AlertPolicy.Decide(alert, situation).Verdict);

    private static PostedAlert Alert(string device = "eno1", Dictionary<string, string>? labels = null) =>
        new()
        {
            Status = "firing",
            StartsAt = Start,
            Fingerprint = "f1",
            Labels = labels
            ?? new() { ["device"] = device, ["instance"] = "pve1" }
        };

    private static AlertTarget Hung() => new(Name("eno1"))
    {
        IsWatched = true,
        IsHungNow = true,
        Hang = new LiveHang(
            Name("eno1"), default, "e1000e", "20260724T150000Z-eno1", Start, "wedge", null, RecoversByItself: false),
        Status = Status(),
    };

    private static DeviceStatus Status() => new("eno1", "0000:00:1f.6", "e1000e") { Present = true };

    private static AlertSituation Situation(AlertTarget target) => new()
    {
        Identities = new HashSet<string>(StringComparer.OrdinalIgnoreCase) { "pve1", "pve1:19642" },
        Devices = new Dictionary<InterfaceName, AlertTarget> { [target.Device] = target },
        Known = new HashSet<(AlertKey, string)>(),
        Mode = RemediationMode.Enforce,
        IsPaused = false,
        IsCapable = true,
    };

    private static InterfaceName Name(string text) =>
        InterfaceName.TryParse(text, out var name) ? name : throw new ArgumentException(text);
}
