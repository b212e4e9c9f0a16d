using System.Diagnostics;
using System.Text.RegularExpressions;
using NicHangExporter.Persistence;
using NicHangExporter.TestSupport;

namespace NicHangExporter.Tests.Persistence;

/// <summary>
/// The generated udev rules: each line has the form of udev(7), and its command runs as udevd runs it, without a shell
/// and with the name of the interface in the environment.
/// </summary>
public sealed partial class UdevRuleTests : IDisposable
{
    private readonly HostTree _host = Hosts.Create("plain");
    private readonly TemporaryDirectory _programs = new();

    public void Dispose()
    {
        _host.Dispose();
        _programs.Dispose();
    }

    [Fact]
    public void EachLine_IsARule()
    {
        var lines = Rules("eee pause rx-gro tx-tcp-segmentation tx-udp_tnl-segmentation");

        Assert.Equal(5, lines.Length);
        Assert.All(lines, line =>
        {
            Assert.Matches(Rule(), line);
            Assert.Contains("KERNELS==\"0000:00:1f.6\"", line, StringComparison.Ordinal);
            // A value has no escape and no quote of its own.
            Assert.DoesNotContain('\\', line);
            Assert.Equal(10, line.Count(character => character == '"'));
        });
    }

    [Theory]
    [InlineData("enp0s31f6")]
    [InlineData("$(id)")]
    [InlineData("-rf")]
    [InlineData("*")]
    [InlineData(";id")]
    [InlineData("$INTERFACE")]
    public void EachCommand_SetsOneSetting(string name)
    {
        UseEthtool("enabled - active", "on");

        RunAll("eee pause rx-gro", name);

        Assert.Equal(
            [
                $"--show-eee {name}", $"--set-eee {name} eee off", $"-a {name}",
                $"-A {name} autoneg off rx off tx off", $"-K {name} rx-gro off",
            ],
            File.ReadAllLines(_programs.File("log")));
    }

    [Fact]
    public void EeeAndPauseThatAreOff_AreNotSetAgain()
    {
        UseEthtool("disabled", "off");

        RunAll("eee pause", "eth0");

        Assert.Equal(["--show-eee eth0", "-a eth0"], File.ReadAllLines(_programs.File("log")));
    }

    private string[] Rules(string settings) =>
        [
            .. _host.Plan(PersistenceWay.Udev, settings).Content.TrimEnd('\n').Split('\n')
                .Where(line => !line.StartsWith('#')),
        ];

    private void RunAll(string settings, string name)
    {
        foreach (var line in Rules(settings))
        {
            var words = Words(Rule().Match(line).Groups[1].Value, name);
            using var process = Process.Start(new ProcessStartInfo(
                words[0].Replace("/usr/sbin/ethtool", _programs.File("ethtool"), StringComparison.Ordinal), words[1..])
            {
                WorkingDirectory = _programs.Path,
                Environment = { ["INTERFACE"] = name },
            })!;
            process.WaitForExit();
            Assert.Equal(0, process.ExitCode);
        }
    }

    // What udev_event_apply_format() and strv_split_full() make of a command. The name is inserted in one step, so that
    // a name with a dollar sign is not replaced again.
    private List<string> Words(string command, string name)
    {
        var text = Substitution().Replace(command, match => match.Value == "$$" ? "$" : name);
        return
        [
            .. Word().Matches(text).Select(match => match.Value.Trim('\'')
                .Replace("/usr/sbin/ethtool", _programs.File("ethtool"), StringComparison.Ordinal)),
        ];
    }

    private void UseEthtool(string eee, string pause)
    {
        File.WriteAllText(_programs.File("ethtool"), $"""
            #!/bin/sh
            printf '%s\n' "$*" >> {_programs.File("log")}
            case $1 in
            --show-eee) echo "	EEE status: {eee}";;
            -a) echo "Pause parameters for $2:"; echo "RX:		off"; echo "TX:		{pause}";;
            esac

            """);
        File.SetUnixFileMode(_programs.File("ethtool"), PersistencePlace.Executable);
    }

    [GeneratedRegex(
        "^ACTION==\"add\", SUBSYSTEM==\"net\", KERNELS==\"[\\w:.@+-]+\", ATTR\\{type\\}==\"1\", "
        + "RUN\\+=\"((?:/usr/sbin/ethtool|/bin/sh) [^\"]+)\"$")]
    private static partial Regex Rule();

    [GeneratedRegex(@"\$\$|\$name")]
    private static partial Regex Substitution();

    [GeneratedRegex(@"'[^']*'|[^\s']+")]
    private static partial Regex Word();
}
