using System.Collections;
using NicHangExporter.Cli;
using NicHangExporter.Options;
using NicHangExporter.Remediation.Planning;

namespace NicHangExporter.Tests.Remediation;

public sealed class ProfileCatalogTests
{
    [Fact]
    public void Catalogue_NothingConfigured_IsTheTables()
    {
        var catalogue = Catalogue();

        Assert.Equal(OffloadProfiles.All.Select(profile => profile.Name).Order(), catalogue.ProfileNames);
        Assert.All(DriverLadders.All, ladder => Assert.Equal(ladder, catalogue.Ladder(ladder.Driver)));
        Assert.Null(catalogue.Ladder("virtio_net"));
        Assert.Null(catalogue.Profile("tso"));
    }

    [Fact]
    public void StageSettings_OfAStage_IncludeThoseBeforeIt()
    {
        Assert.Equal(["tso", "gso"], Catalogue().StageSettings("e1000e", 0));
        Assert.Equal(["tso", "gso", "tx", "rx"], Catalogue().StageSettings("e1000e", 1));
        Assert.Equal(["tso", "gso", "tx", "rx", "gro", "lro", "sg", "rxvlan", "txvlan", "rxhash", "eee", "pause"],
            Catalogue().StageSettings("e1000e", 4));
        Assert.Equal(Catalogue().StageSettings("e1000e", 4), Catalogue().StageSettings("e1000e", 99));
        Assert.Empty(Catalogue().StageSettings("e1000e", -1));
        Assert.Empty(Catalogue().StageSettings("virtio_net", 0));
    }

    [Fact]
    public void Resolve_ProfilesAndSettings_AreTheKernelsNames()
    {
        Assert.Equal([.. OffloadNames.Expand("tso")!.Value, "tx-generic-segmentation"],
            Catalogue().Resolve("segmentation")!.Value);
        Assert.Equal(["eee"], Catalogue().Resolve("eee")!.Value);
        Assert.Equal(["pause"], Catalogue().Resolve("pause")!.Value);
        Assert.Equal(["rx-gro"], Catalogue().Resolve("gro")!.Value);
        Assert.Equal(["tx-new-in-linux-9"], Catalogue().Resolve("tx-new-in-linux-9")!.Value);
    }

    [Theory]
    [InlineData("clasic",
        "'clasic' is neither a profile (checksum, classic, eee, pause, receive, segmentation) nor a feature of ethtool"
        + " -k; did you mean 'classic'?")]
    [InlineData("Classic",
        "'Classic' is neither a profile (checksum, classic, eee, pause, receive, segmentation) nor a feature of ethtool"
        + " -k; did you mean 'classic'?")]
    [InlineData("", "'' is neither a profile (checksum")]
    [InlineData("rm -rf /", "'rm -rf /' is neither a profile (checksum")]
    public void Resolve_NeitherProfileNorSetting_IsRefusedWithWhatWasMeant(string name, string expected)
    {
        Assert.Null(Catalogue().Resolve(name));
        Assert.StartsWith(expected, Catalogue().Refuse(name), StringComparison.Ordinal);
    }

    [Fact]
    public void Configured_LadderAndProfile_TakeTheBuiltInsPlace()
    {
        var catalogue = Catalogue(["e1000e=careful+segmentation", "veth=careful"],
            ["careful=tx-tcp6-segmentation+eee", "segmentation=gso"]);

        Assert.Equal(["careful", "segmentation"], catalogue.Ladder("e1000e")!.Stages);
        Assert.Equal(["tx-tcp6-segmentation", "eee", "gso"], catalogue.StageSettings("e1000e", 1));
        Assert.Equal(DriverLadders.Find("e1000e")!.Resetting, catalogue.Ladder("e1000e")!.Resetting);
        Assert.Equal("veth", catalogue.Ladder("veth")!.Driver);
        Assert.Equal(["tx-generic-segmentation"], catalogue.Resolve("segmentation")!.Value);
        Assert.Equal(["tso", "gso", "tx", "rx"], catalogue.Profile("classic")!.Settings);
    }

    [Theory]
    [InlineData("e1000e=segmentation")]
    [InlineData("e1000e=segmentation+checksum")]
    [InlineData("am65-cpsw-nuss=my-own")]
    [InlineData("8139too=eee")]
    public void CheckLadder_ASoundRow_IsAccepted(string text) => Assert.Null(ProfileValidator.CheckLadder(text));

    [Theory]
    [InlineData("e1000e", "'e1000e' is no ladder: write DRIVER=STAGE+STAGE")]
    [InlineData("", "'' is no ladder")]
    [InlineData("=segmentation", "'=segmentation' is no ladder")]
    [InlineData("e1000e=", "'e1000e=' lacks a name")]
    [InlineData("e1000e=segmentation+", "'e1000e=segmentation+' lacks a name")]
    [InlineData("e1000e=segmentation,checksum", "'e1000e=segmentation,checksum' has a comma: write DRIVER=STAGE+STAGE")]
    [InlineData("e1000e=segmentation+segmentation", "'e1000e=segmentation+segmentation' names 'segmentation' twice")]
    [InlineData("e1000e=segmentation + checksum", "'segmentation ' is no name of a stage")]
    [InlineData("e1000 e=segmentation", "'e1000 e' is no name of a driver")]
    [InlineData("../e1000e=segmentation", "'../e1000e' is no name of a driver")]
    [InlineData("e1000e==segmentation", "'=segmentation' is no name of a stage")]
    public void CheckLadder_AnythingElse_IsOneLineThatSaysWhatWouldBeRight(string text, string expected) =>
        Assert.StartsWith(expected, ProfileValidator.CheckLadder(text), StringComparison.Ordinal);

    [Theory]
    [InlineData("careful=tso+gso")]
    [InlineData("careful=tso+tx-udp-segmentation+eee+pause")]
    [InlineData("old-kernels=ufo+tx-udp-fragmentation+scatter-gather")]
    [InlineData("new-kernels=quic-hw-crypto-offload")]
    [InlineData("segmentation=tso")]
    [InlineData("eee=eee+tso")]
    public void CheckProfile_ASoundRow_IsAccepted(string text) => Assert.Null(ProfileValidator.CheckProfile(text));

    [Theory]
    [InlineData("careful", "'careful' is no profile: write NAME=SETTING+SETTING")]
    [InlineData("gso", "'gso' is no profile: write NAME=SETTING+SETTING")]
    [InlineData("careful=", "'careful=' lacks a name")]
    [InlineData("careful=tso,gso", "'careful=tso,gso' has a comma: write NAME=SETTING+SETTING")]
    [InlineData("careful=tso+tso", "'careful=tso+tso' names 'tso' twice")]
    [InlineData("Careful=tso", "'Careful' is no name of a profile")]
    [InlineData("-careful=tso", "'-careful' is no name of a profile")]
    [InlineData("tso=gso", "'tso' is a setting already: give the profile a name of its own, as in my-tso=gso")]
    [InlineData("rx-gro=gso", "'rx-gro' is a setting already")]
    [InlineData("careful=tos", "'tos' is no setting; did you mean 'tso'?")]
    [InlineData("careful=TSO", "'TSO' is no setting")]
    [InlineData("careful=tx-tcp-segmentatoin",
        "'tx-tcp-segmentatoin' is no setting; did you mean 'tx-tcp-segmentation'?")]
    [InlineData("careful=segmentation", "'segmentation' is a profile: a profile is made of settings")]
    [InlineData("careful=tso off", "'tso off' is no setting")]
    public void CheckProfile_AnythingElse_IsOneLineThatSaysWhatWouldBeRight(string text, string expected)
    {
        var error = ProfileValidator.CheckProfile(text);

        Assert.StartsWith(expected, error, StringComparison.Ordinal);
        Assert.DoesNotContain('\n', error!);
    }

    [Fact]
    public void Load_LaddersAndProfilesInTheEnvironment_AreTaken()
    {
        var (options, errors) = Load([], new()
        {
            ["NICHANG_REMEDIATION_PROFILE"] = "careful=tso+gso,bold=tx+rx",
            ["NICHANG_REMEDIATION_LADDER"] = "e1000e=careful+bold"
        });

        Assert.Empty(errors);
        Assert.Equal(["tso", "gso", "tx", "rx"], new ProfileCatalog(options).StageSettings("e1000e", 1));
    }

    [Theory]
    [InlineData("--remediation.ladder=e1000e=chekcsum",
        "remediation.ladder of e1000e: there is no profile 'chekcsum'; did you mean 'checksum'?")]
    [InlineData("--remediation.ladder=e1000e=tso",
        "remediation.ladder of e1000e: 'tso' is a setting, and a stage must be a profile: add one, as in"
        + " remediation.profile my-tso=tso")]
    [InlineData("--remediation.ladder=e1000e=eee,checksum", "--remediation.ladder: 'e1000e=eee,checksum' has a comma")]
    [InlineData("--remediation.profile=careful=tos", "--remediation.profile: 'tos' is no setting; did you mean 'tso'?")]
    public void Load_AWrongRow_IsOneErrorThatNamesTheOption(string flag, string expected) =>
        Assert.StartsWith(expected, Assert.Single(Load([flag]).Errors), StringComparison.Ordinal);

    [Theory]
    [InlineData("remediation.ladder", "e1000e=eee", "e1000e=pause", "'e1000e' is given twice")]
    [InlineData("remediation.profile", "careful=eee", "careful=pause", "'careful' is given twice")]
    public void Load_TheSameNameTwice_IsAnError(string option, string first, string second, string expected) =>
        Assert.Equal($"--{option}: {expected}",
            Assert.Single(Load([$"--{option}={first}", $"--{option}={second}"]).Errors));

    private static ProfileCatalog Catalogue(string[]? ladders = null, string[]? profiles = null) =>
        new(new ExporterOptions { Remediation = new() { Ladders = ladders ?? [], Profiles = profiles ?? [] } });

    private static (ExporterOptions Options, List<string> Errors) Load(string[] flags, Dictionary<string,
        string>? environment = null)
    {
        var commandLine = new CommandLine();
        var result = commandLine.Parse(flags);
        var errors = commandLine.Errors(result);
        return (OptionsLoader.Load(commandLine.Settings(result, errors),
            (IDictionary?)environment ?? new Dictionary<string, string>(), errors), errors);
    }
}
