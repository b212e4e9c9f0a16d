using System.Globalization;
using System.Text;
using NicHangExporter.Persistence;
using NicHangExporter.Tests.Baselines;

namespace NicHangExporter.Tests.Persistence;

/// <summary>The files that each way writes on each host, as golden files below <c>golden/persistence</c>.</summary>
public sealed class GoldenFilesTests
{
    [Theory]
    [MemberData(nameof(Hosts.Ways), MemberType = typeof(Hosts))]
    public void File_IsTheGoldenOne(string name, string way)
    {
        using var host = Hosts.Create(name);

        var plan = host.Plan(Enum.Parse<PersistenceWay>(way));

        GoldenFile.AssertIs($"persistence/{name}-{plan.Way}.txt".ToLowerInvariant(), Show(plan));
    }

    [Fact]
    public void Preference_LinkThenUdevThenHook()
    {
        var chosen = new StringBuilder();
        foreach (var name in Hosts.Names)
        {
            using var host = Hosts.Create(name);
            foreach (var settings in (string[])["tx-tcp-segmentation", "tx-tcp-segmentation pause", "eee"])
                chosen.Append(
                    CultureInfo.InvariantCulture, $"{name}: {settings} -> {host.Plan(null, settings).Path}\n");
        }

        GoldenFile.AssertIs("persistence/preference.txt", chosen.ToString());
    }

    [Fact]
    public void SettingsWithoutFeature_AreGuarded()
    {
        using var host = Hosts.Create("proxmox");

        var text = Show(host.Plan(PersistenceWay.Udev, "eee pause rx-checksum"))
            + Show(host.Plan(PersistenceWay.Hook, "eee pause rx-checksum"));

        GoldenFile.AssertIs("persistence/eee-and-pause.txt", text);
    }

    private static string Show(PersistencePlan plan)
    {
        var text = new StringBuilder();
        text.Append(
            CultureInfo.InvariantCulture, $"device {plan.Nic.Device}, manager {plan.Manager}, way {plan.Way}\n");
        text.Append(CultureInfo.InvariantCulture, $"path {plan.Path}, mode {Convert.ToString((int)plan.Mode, 8)}");
        text.Append(plan.CreatesFolder ? ", creates its folder\n" : "\n");
        foreach (var (_, _, line) in plan.NotCovered)
            text.Append("not covered: ").Append(line).Append('\n');
        foreach (var note in plan.Notes)
            text.Append("note: ").Append(note).Append('\n');
        return text.Append("----\n").Append(plan.Content).Append("----\n").ToString();
    }
}
