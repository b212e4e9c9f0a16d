using System.Text.RegularExpressions;
using NicHangExporter.Options;
using NicHangExporter.TestSupport;

namespace NicHangExporter.Tests.Package;

/// <summary>
/// The files of the Debian package that repeat the command line are generated from it. UPDATE_GOLDEN=1 writes them.
/// </summary>
public sealed partial class PackageFilesTests
{
    private const string Files = "deploy/debian/files";

    public static TheoryData<string> Generated => ["nic-hang-exporter.1", "completion.bash", "completion.zsh",
        "example.yaml"];

    [Theory]
    [MemberData(nameof(Generated))]
    public void File_IsAsGenerated(string name)
    {
        var expected = name switch
        {
            "completion.bash" => BashCompletion.Text(),
            "completion.zsh" => ZshCompletion.Text(),
            "example.yaml" => DefaultConfiguration.Text(),
            _ => ManPage.Text(),
        };
        var path = Path.Combine(Repository.Root, Files, name);
        if (Environment.GetEnvironmentVariable("UPDATE_GOLDEN") == "1")
            File.WriteAllText(path, expected);

        Assert.Equal(expected, File.ReadAllText(path));
        Assert.All(expected.Split('\n'), line => Assert.True(line.Length <= 120, $"a long line: {line}"));
    }

    [Fact]
    public void Man_NamesEveryCommandAndEveryOption()
    {
        var page = Read("nic-hang-exporter.1").Replace("\\-", "-", StringComparison.Ordinal);

        Assert.All(ProgramModel.Commands, command => Assert.Contains($".SS \"{command.Name}", page,
            StringComparison.Ordinal));
        Assert.All(OptionTable.All, option => Assert.Contains($"\\fB--{option.Name}\\fR", page,
            StringComparison.Ordinal));
        Assert.All(ProgramModel.Commands.SelectMany(command => command.Flags).Concat(ProgramModel.GeneralFlags),
            flag => Assert.Contains($"\\fB{flag.Name}\\fR", page, StringComparison.Ordinal));
    }

    [Fact]
    public void Man_IsReadByManWithoutAComplaint()
    {
        Requires.Program("man");
        var read = Execution.Of("env", "MANWIDTH=100", "man", "--warnings", "-l", "-Tascii", "-P", "cat",
            Path.Combine(Repository.Root, Files, "nic-hang-exporter.1"));

        Assert.Equal((0, ""), (read.ExitCode, read.Error));
        Assert.Contains("quarantine clear DEVICE", Overstrike().Replace(read.Output, ""), StringComparison.Ordinal);
    }

    [Theory]
    [InlineData("config.yaml")]
    [InlineData("example.yaml")]
    public void Configuration_AsInstalled_ChangesOnlyTheStateDirectory(string name)
    {
        var options = Load(Read(name));

        var defaults = new ExporterOptions();
        Assert.Equal("/var/lib/nic-hang-exporter", options.Paths.StateDirectory);
        Assert.All(OptionTable.All.Where(option => option.Name != "state.directory"),
            option => Assert.Equal(option.Show(defaults), option.Show(options)));
        Assert.All(new[] { options.Remediation.Local, options.Remediation.Api, options.Remediation.Webhook },
            mode => Assert.Equal(RemediationMode.Off, mode));
    }

    [Fact]
    public void Configuration_WithoutTheCommentSigns_HasTheDefaults()
    {
        var withDefault = DefaultConfiguration.Options.Where(option =>
            option.Show(new ExporterOptions()).Length > 0).Select(option => option.Name).ToList();
        Assert.NotEmpty(withDefault);
        var text = Read("example.yaml");
        foreach (var name in withDefault)
            text = text.Replace($"\n#{name}: ", $"\n{name}: ", StringComparison.Ordinal);

        Assert.All(withDefault, name => Assert.Contains($"\n{name}: ", text, StringComparison.Ordinal));
        var (options, defaults) = (Load(text), new ExporterOptions());
        Assert.All(withDefault, name =>
        {
            var option = OptionTable.All.Single(option => option.Name == name);
            Assert.Equal(option.Show(defaults), option.Show(options));
        });
    }

    // A change of the file makes dpkg ask at the upgrade of each host whose file setup has edited.
    [Fact]
    public void Configuration_IsSmallAndItsSamplesAreValid()
    {
        var text = Read("config.yaml");
        Assert.InRange(text.Split('\n').Length, 1, 25);
        Assert.Contains("/usr/share/doc/nic-hang-exporter/examples/config.yaml", text, StringComparison.Ordinal);

        var options = Load(Sample().Replace(text, "$1:"));

        Assert.Equal(RemediationMode.Observe, options.Remediation.Local);
    }

    private static ExporterOptions Load(string text)
    {
        using var directory = new TemporaryDirectory();
        File.WriteAllText(directory.File("config.yaml"), text);
        var errors = new List<string>();
        var options = OptionsLoader.Load(
            [new OptionSetting("config.file", [directory.File("config.yaml")], "--config.file")],
            new Dictionary<string, string>(), errors);
        Assert.Empty(errors);
        return options;
    }

    private static string Read(string name) => File.ReadAllText(Path.Combine(Repository.Root, Files, name));

    [GeneratedRegex(@"(?m)^#([a-z][a-z.-]*):")]
    private static partial Regex Sample();

    // Bold and underlined text for a printer: a character, a backspace, a character.
    [GeneratedRegex(".\x08")]
    private static partial Regex Overstrike();
}
