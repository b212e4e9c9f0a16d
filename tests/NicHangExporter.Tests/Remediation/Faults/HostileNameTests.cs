using System.Text;
using NicHangExporter.Hosting;
using NicHangExporter.Linux;
using NicHangExporter.Remediation;
using NicHangExporter.Remediation.Journaling;
using NicHangExporter.Remediation.Policy;
using NicHangExporter.State;

namespace NicHangExporter.Tests.Remediation.Faults;

/// <summary>Names from requests and of interfaces may be any text.</summary>
public sealed class HostileNameTests
{
    [Fact]
    public void TenThousandRandomNames_ReachNoIoctl()
    {
        using var scene = new FaultScene().Open();
        var random = new Random(20261123);
        var bytes = new byte[InterfaceName.MaxLength];
        var (asked, calls) = (0, scene.Host.Ethtool.Calls);
        while (asked < 10_000)
        {
            var name = bytes.AsSpan(0, random.Next(1, bytes.Length + 1));
            random.NextBytes(name);
            // Half of them are near to the one that is there.
            if (random.Next(2) == 0)
                "eno1"u8[..Math.Min(4, name.Length)].CopyTo(name);
            if (!InterfaceName.TryParse(name, out var device) || device == scene.Nic.Interface)
                continue;
            asked++;
            var ticket = scene.Submit(new RemediationRequest(device, (RemediationTrigger)random.Next(4))
            {
                Settings = random.Next(2) == 0 ? ["tso"] : [],
                Recover = random.Next(2) == 0,
                Rollback = random.Next(4) == 0,
                DryRun = random.Next(4) == 0,
            });
            Assert.Equal(DeclineReason.UnknownDevice, ticket.Answer().Declined);
        }
        Assert.Equal(calls, scene.Host.Ethtool.Calls);
        Assert.Empty(scene.Operations);
        Assert.Empty(scene.Host.Ledger.State.Devices);
        Assert.Equal(0, scene.Host.Log.Count(EventIds.RemediationFailed));
    }

    [Theory]
    [InlineData("$(id)")]
    [InlineData("a;rm")]
    [InlineData("-rf")]
    [InlineData("x\"y")]
    [InlineData("x%dy")]
    [InlineData("x\\ny")]
    [InlineData("{\"a\"}")]
    [InlineData("äöü")]
    [InlineData("网卡0")]
    [InlineData("a\u0001b")]
    [InlineData("a\u001b[31m")]
    public async Task HostileName_WorksAndIsEscapedEverywhere(string name)
    {
        using var scene = new FaultScene();
        scene.Nic.Unplug(scene.Host);
        var nic = scene.Add(name, "0000:03:00.0");
        Assert.True(InterfaceName.TryParse(Encoding.UTF8.GetBytes(name), out var device));
        scene.Open();

        var request = new RemediationRequest(device, RemediationTrigger.Cli) { Settings = ["tso"] };
        Assert.Equal(RemediationVerdict.Applied, scene.Ask(request).Verdict);

        Assert.NotEmpty(nic.Operations);
        var intent = Assert.Single(scene.Entries(JournalEvent.Intent));
        Assert.Equal(device.ToString(), intent.Device);
        Assert.True(InterfaceName.TryParse(intent.Device, out var read) && read == device);
        var raw = File.ReadAllText(Path.Combine(scene.Host.Options.Paths.StateDirectory!, "journal.jsonl"));
        Assert.DoesNotContain(raw, character => char.IsControl(character) && character != '\n');
        var label = device.ToString().Replace("\\", "\\\\", StringComparison.Ordinal).Replace("\"", "\\\"",
            StringComparison.Ordinal);
        Assert.Equal(1,
            await scene.Metric($"nichang_remediation_attempts_total{{device=\"{label}\",trigger=\"cli\"}}"));

        scene.Restart();
        Assert.Equal(RemediationVerdict.Applied, scene.Ask(request with { Settings = [], Rollback = true }).Verdict);
        Assert.True(nic.IsRequested("tx-tcp-segmentation"));
    }
}
