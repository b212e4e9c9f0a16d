using System.Diagnostics;
using NicHangExporter.Persistence;
using NicHangExporter.TestSupport;

namespace NicHangExporter.Tests.Persistence;

/// <summary>
/// Runs the generated scripts with sh against a directory that looks like sysfs, and with an ethtool that logs its
/// arguments and prints what a NIC with EEE and pause on would print.
/// </summary>
public sealed class HookScriptTests : IDisposable
{
    private const string All = "eee pause rx-gro tx-tcp-segmentation";

    private readonly HostTree _host = Hosts.Create("ifupdown");
    private readonly TemporaryDirectory _programs = new();

    public HookScriptTests() => UseEthtool("enabled - active", "on", 0);

    public void Dispose()
    {
        _host.Dispose();
        _programs.Dispose();
    }

    [Theory]
    [InlineData("enp0s31f6")]
    [InlineData("vmbr0")]
    [InlineData("--all")]
    [InlineData("lo")]
    public void EachInterface_TurnsTheSettingsOfItsNicOff(string iface)
    {
        Assert.Equal(0, Run(All, iface));

        Assert.Equal(
            [
                "--show-eee enp0s31f6", "--set-eee enp0s31f6 eee off", "-a enp0s31f6",
                "-A enp0s31f6 autoneg off rx off tx off", "-K enp0s31f6 rx-gro off",
                "-K enp0s31f6 tx-tcp-segmentation off",
            ],
            Log());
    }

    [Fact]
    public void EeeAndPauseThatAreOff_AreNotSetAgain()
    {
        UseEthtool("disabled", "off", 0);

        Assert.Equal(0, Run("eee pause", "vmbr0"));

        Assert.Equal(["--show-eee enp0s31f6", "-a enp0s31f6"], Log());
    }

    [Fact]
    public void ARefusedSetting_StopsNoOther()
    {
        UseEthtool("enabled - active", "on", 75);

        Assert.Equal(0, Run(All, "enp0s31f6"));

        Assert.Equal(6, Log().Length);
    }

    [Fact]
    public void WithoutEthtool_ItSucceeds()
    {
        File.Delete(_programs.File("ethtool"));

        Assert.Equal(0, Run(All, "enp0s31f6", "/nonexistent"));

        Assert.Empty(Log());
    }

    [Theory]
    [InlineData("$(id)")]
    [InlineData("-rf")]
    [InlineData("`id`")]
    [InlineData("*")]
    [InlineData("a'b")]
    [InlineData("a\"b")]
    [InlineData(";id")]
    public void AHostileName_IsOneArgument(string name)
    {
        // The second one belongs to another NIC and stays untouched.
        _host.Rename("enp0s31f6", name, 2, Hosts.Default);
        _host.Interface("$(reboot)", 8, "0000:02:00.0", Hosts.Default);

        Assert.Equal(0, Run(All, "$(touch${IFS}x)"));

        Assert.Equal(
            [
                $"--show-eee {name}", $"--set-eee {name} eee off", $"-a {name}",
                $"-A {name} autoneg off rx off tx off", $"-K {name} rx-gro off", $"-K {name} tx-tcp-segmentation off",
            ],
            Log());
    }

    [Fact]
    public void ARenamedNic_IsFoundByItsAddress()
    {
        var script = Script(PersistenceWay.Hook, "rx-gro");
        _host.Rename("enp0s31f6", "nic0", 2, Hosts.Default);

        Assert.Equal(0, RunText(script, "nic0"));

        Assert.Equal(["-K nic0 rx-gro off"], Log());
    }

    [Fact]
    public void WithoutTheNic_ItSucceeds()
    {
        var script = Script(PersistenceWay.Hook, All);
        _host.RemoveInterface("enp0s31f6");
        _host.RemoveInterface("vmbr0");

        Assert.Equal(0, RunText(script, "vmbr0"));

        Assert.Empty(Log());
    }

    // hotplug-call sources the file, after which the shell goes on.
    [Fact]
    public void OpenWrt_SourcesIt()
    {
        using var host = Hosts.Create("openwrt");
        var script = host.Plan(PersistenceWay.Hook, "rx-gro").Content
            .Replace("/sys/class/net", $"{host.Root.Sysfs}/class/net", StringComparison.Ordinal);
        File.WriteAllText(_programs.File("hook"), script);

        var caller = $". {_programs.File("hook")}\necho \"after $? ${{link-}}${{nic-}}\" >> {LogPath}\n";
        Assert.Equal(0, RunText(caller, ""));

        Assert.Equal(["-K eth0 rx-gro off", "after 0 "], Log());
    }

    [Theory]
    [MemberData(nameof(Hosts.Ways), MemberType = typeof(Hosts))]
    public void EachScript_IsPortableShell(string name, string way)
    {
        using var host = Hosts.Create(name);
        var plan = host.Plan(Enum.Parse<PersistenceWay>(way), way == "Link" ? "rx-gro" : All);
        if (plan.Way != PersistenceWay.Hook)
            return;
        File.WriteAllText(_programs.File("hook"), plan.Content);

        Execution.Of("dash", "-n", _programs.File("hook")).Succeeded();
        Assert.Equal(plan.Mode == PersistencePlace.Executable,
            plan.Content.StartsWith("#!/bin/sh\n", StringComparison.Ordinal));
        if (plan.Path.StartsWith("/etc/network/", StringComparison.Ordinal))
            Assert.Matches("^[a-zA-Z0-9_-]+$", Path.GetFileName(plan.Path)); // run-parts(8)
    }

    private string LogPath => _programs.File("log");

    private string[] Log() => File.Exists(LogPath) ? File.ReadAllLines(LogPath) : [];

    private void UseEthtool(string eee, string pause, int exitCode)
    {
        // One line for each call. An argument with a blank would show as two.
        File.WriteAllText(_programs.File("ethtool"), $"""
            #!/bin/sh
            printf '%s\n' "$*" >> {LogPath}
            case $1 in
            --show-eee) echo "EEE settings for $2:"; echo "	EEE status: {eee}";;
            -a) echo "Pause parameters for $2:"; echo "Autonegotiate:	on"; echo "RX:		{pause}"; echo "TX:		off";;
            esac
            exit {exitCode}

            """);
        File.SetUnixFileMode(_programs.File("ethtool"), PersistencePlace.Executable);
    }

    private string Script(PersistenceWay way, string settings) => _host.Plan(way, settings).Content
        .Replace("/sys/class/net", $"{_host.Root.Sysfs}/class/net", StringComparison.Ordinal);

    private int Run(string settings, string iface, string? path = null) =>
        RunText(Script(PersistenceWay.Hook, settings), iface, path);

    private int RunText(string script, string iface, string? path = null)
    {
        File.WriteAllText(_programs.File("script"), script);
        File.SetUnixFileMode(_programs.File("script"), PersistencePlace.Executable);
        using var process = Process.Start(new ProcessStartInfo("/bin/sh", [_programs.File("script"), iface, "up"])
        {
            WorkingDirectory = _programs.Path,
            Environment = { ["IFACE"] = iface, ["PATH"] = path ?? $"{_programs.Path}:/usr/bin:/bin" },
        })!;
        process.WaitForExit();
        Assert.False(File.Exists(_programs.File("x")));
        return process.ExitCode;
    }
}
