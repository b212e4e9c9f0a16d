using System.Text;
using NicHangExporter.Setup;

namespace NicHangExporter.Tests.Setup;

/// <summary>Lines that setup does not set stay as they are. A form that it does not know is refused.</summary>
public sealed class ConfigurationTextTests
{
    private static readonly KeyChange[] Changes =
    [
        new("state.directory", ["/var/lib/nic-hang-exporter"], IsList: false),
        new("remediation.local", ["enforce"], IsList: false),
        new("remediation.devices", ["0000:00:1f.6"], IsList: true),
    ];

    public static TheoryData<string, string> Edits => new()
    {
        {
            "",
            "remediation:\n  local: enforce\n  devices: [\"0000:00:1f.6\"]\n\n"
            + "state:\n  directory: /var/lib/nic-hang-exporter\n"
        },
        {
            "# remediation:\n#   local: off\nlog:\n  level: warn # quiet\n",
            "# remediation:\n#   local: off\nlog:\n  level: warn # quiet\n\n"
            + "remediation:\n  local: enforce\n  devices: [\"0000:00:1f.6\"]\n\n"
            + "state:\n  directory: /var/lib/nic-hang-exporter\n"
        },
        {
            "log:\n  level: warn",
            "log:\n  level: warn\n\nremediation:\n  local: enforce\n  devices: [\"0000:00:1f.6\"]\n\n"
            + "state:\n  directory: /var/lib/nic-hang-exporter\n"
        },
        {
            "state:\n    directory: /var/lib/nic-hang-exporter\nremediation:\n    # ours\n    api: off\n"
            + "    local: \"off\"  # not yet\n",
            "state:\n    directory: /var/lib/nic-hang-exporter\nremediation:\n    devices: [\"0000:00:1f.6\"]\n"
            + "    # ours\n    api: off\n    local: enforce  # not yet\n"
        },
        {
            "state.directory: /var/lib/nic-hang-exporter\nremediation.local: observe\nremediation.devices:\n"
            + "# first\n- eno1\n# second\n- eno2\nlog.level: info\n",
            "state.directory: /var/lib/nic-hang-exporter\nremediation.local: enforce\n"
            + "remediation.devices: [\"0000:00:1f.6\"]\n# first\n# second\nlog.level: info\n"
        },
        {
            "state:\r\n  directory: /var/lib/nic-hang-exporter\r\nremediation:\r\n  local: off\r\n",
            "state:\r\n  directory: /var/lib/nic-hang-exporter\r\nremediation:\r\n"
            + "  devices: [\"0000:00:1f.6\"]\r\n  local: enforce\r\n"
        },
        {
            "state.directory: /var/lib/nic-hang-exporter\n## remediation\n\n# What to do.\n#remediation.local: off\n\n"
            + "# Devices.\n#remediation.devices: [\"DEVICE\"]\n\n## log\n",
            "state.directory: /var/lib/nic-hang-exporter\n## remediation\n\n# What to do.\n#remediation.local: off\n"
            + "remediation.local: enforce\n\n# Devices.\n#remediation.devices: [\"DEVICE\"]\n"
            + "remediation.devices: [\"0000:00:1f.6\"]\n\n## log\n"
        },
        {
            // A comment in the middle of a group is no place for a dotted key.
            "state:\n  directory: /var/lib/nic-hang-exporter\nlog:\n  level: warn\n#remediation.local: off\n"
            + "  format: json\n",
            "state:\n  directory: /var/lib/nic-hang-exporter\nlog:\n  level: warn\n#remediation.local: off\n"
            + "  format: json\n\nremediation:\n  local: enforce\n  devices: [\"0000:00:1f.6\"]\n"
        },
        {
            "\uFEFFstate.directory: '/var/lib/nic-hang-exporter'\nremediation:\n  local: off\n"
            + "  devices: [ eno1, 'eno2' ] # both\n",
            "\uFEFFstate.directory: '/var/lib/nic-hang-exporter'\nremediation:\n  local: enforce\n"
            + "  devices: [\"0000:00:1f.6\"] # both\n"
        },
    };

    [Theory]
    [MemberData(nameof(Edits))]
    public void Keys_AreSet_AndAllOtherLinesStay(string before, string after)
    {
        var wanted = Changes.Where(change => change.Name != "state.directory"
            || !before.Contains("directory", StringComparison.Ordinal)).ToList();

        var edited = Parse(before).With(wanted);

        Assert.NotNull(edited);
        Assert.Equal(after, Encoding.UTF8.GetString(edited.Bytes));
        Assert.Equal(edited.Bytes, edited.With(wanted)!.Bytes);
    }

    [Theory]
    [InlineData("{remediation: {local: off}}\n")]
    [InlineData("remediation: {local: off}\n")]
    [InlineData("{}\n")]
    [InlineData("log:\n  level: warn\n...\n")]
    [InlineData("remediation:\n  ? local\n  : off\n")]
    [InlineData("remediation:\n  local: >-\n    off\n")]
    [InlineData("remediation:\n  local: off\rlog:\r  level: warn\r")]
    public void UnknownForm_IsRefused(string before) =>
        Assert.Null(Parse(before).With(Changes));

    [Theory]
    [MemberData(nameof(Edits))]
    public void Undo_GivesTheFormerValuesBack(string before, string after)
    {
        var former = Parse(before).Values;
        var undo = Changes.Select(change =>
            change with { Values = former.GetValueOrDefault(change.Name, []) }).ToList();

        var undone = Parse(after).With(undo);

        Assert.NotNull(undone);
        Assert.Equal(former, undone.Values);
    }

    private static ConfigurationText Parse(string text)
    {
        var errors = new List<string>();
        var parsed = ConfigurationText.Parse("config.yaml", Encoding.UTF8.GetBytes(text), errors);
        Assert.Empty(errors);
        return parsed!;
    }
}
