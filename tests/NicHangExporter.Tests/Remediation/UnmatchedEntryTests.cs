using NicHangExporter.Hosting;
using NicHangExporter.Options;
using NicHangExporter.Tests.Remediation.Faults;

namespace NicHangExporter.Tests.Remediation;

/// <summary>
/// Entries of remediation.devices that match no device: a host that is not protected, and whose owner believes that it
/// is.
/// </summary>
public sealed class UnmatchedEntryTests : IDisposable
{
    private readonly FaultScene _scene = new(options => options with
    {
        Remediation = options.Remediation with
        {
            Devices = ["eno9", "0000:00:19.0", "eno1", "0000:00:1f.6",
            "0000:00:1F.6", "virtio7"]
        },
    });

    public void Dispose() => _scene.Dispose();

    [Fact]
    public async Task Entry_IsSaidAtTheStartCountedAndShown()
    {
        _scene.Open();
        _scene.Live(60);

        string[] unmatched = ["eno9", "0000:00:19.0", "0000:00:1F.6", "virtio7"];
        Assert.Equal(unmatched, _scene.Host.Remediator.Status().UnmatchedEntries);
        Assert.Equal(4, await _scene.Metric("nichang_remediation_unmatched_entries"));
        var said = _scene.Host.Log.Entries.Where(entry => entry.Event == EventIds.EntryUnmatched).ToList();
        Assert.Equal(unmatched, said.Select(entry => entry.Message.Split('\'')[1]));
        Assert.All(said, entry => Assert.EndsWith(
            "matches no network device of this host, so nothing is healed by it; here is eno1 (0000:00:1f.6)",
            entry.Message, StringComparison.Ordinal));
        Assert.All(said, entry => Assert.Equal(Microsoft.Extensions.Logging.LogLevel.Warning, entry.Level));
    }

    [Fact]
    public async Task Device_ThatComesAndGoes_IsSaidOnceEach()
    {
        _scene.Open();
        var late = _scene.Add("eno9", "0000:09:00.0");
        _scene.Live(30);
        Assert.Equal(3, await _scene.Metric("nichang_remediation_unmatched_entries"));
        Assert.Equal(1, _scene.Host.Log.Count(EventIds.EntryMatched));
        Assert.Equal(1, await _scene.Metric("nichang_remediation_allowed{device=\"eno9\",reason=\"\"}"));

        late.Unplug(_scene.Host);
        _scene.Live(30);
        Assert.Equal(4, await _scene.Metric("nichang_remediation_unmatched_entries"));
        Assert.Equal(5, _scene.Host.Log.Count(EventIds.EntryUnmatched));
        Assert.Null(await _scene.Metric("nichang_remediation_allowed{device=\"eno9\",reason=\"\"}"));
    }

    [Fact]
    public async Task Device_ThatIsListedAndNotWatched_IsNotProtected()
    {
        _scene.Host.Configure(options => options with
        {
            Remediation = options.Remediation with { Devices = ["veth7"] },
        });
        _scene.Host.Sysfs.Add("veth7"u8);
        _scene.Host.Sysfs.Write("veth7", "ifindex", "77\n");
        _scene.Open();

        Assert.Equal(0, await _scene.Metric("nichang_remediation_unmatched_entries"));
        Assert.Equal(0, await _scene.Metric("nichang_remediation_allowed{device=\"veth7\",reason=\"not_watched\"}"));
        Assert.Equal(0, await _scene.Metric("nichang_remediation_allowed{device=\"eno1\",reason=\"not_allowed\"}"));
    }

    // The inventory does not report a device that is not watched.
    [Fact]
    public async Task Device_ThatIsListedAndNotWatched_IsShownAtTheNextLook()
    {
        _scene.Host.Configure(options => options with
        {
            Remediation = options.Remediation with { Devices = ["veth7"] },
        });
        _scene.Open();
        _scene.Live(6);
        _scene.Host.Sysfs.Add("veth7"u8);
        _scene.Host.Sysfs.Write("veth7", "ifindex", "77\n");
        _scene.Live(6);

        Assert.Equal(0, await _scene.Metric("nichang_remediation_allowed{device=\"veth7\",reason=\"not_watched\"}"));
    }

    [Fact]
    public async Task Reason_ThatChanges_TakesThePlaceOfTheFormer()
    {
        _scene.Open();
        Assert.Equal(1, await _scene.Metric("nichang_remediation_allowed{device=\"eno1\",reason=\"\"}"));
        File.WriteAllText(_scene.Host.Options.Remediation.DisableFile, "");
        _scene.Live(6);
        Assert.Null(await _scene.Metric("nichang_remediation_allowed{device=\"eno1\",reason=\"\"}"));
        Assert.Equal(0, await _scene.Metric("nichang_remediation_allowed{device=\"eno1\",reason=\"paused\"}"));
        File.Delete(_scene.Host.Options.Remediation.DisableFile);
        _scene.Live(6);
        Assert.Null(await _scene.Metric("nichang_remediation_allowed{device=\"eno1\",reason=\"paused\"}"));
        Assert.Equal(1, await _scene.Metric("nichang_remediation_allowed{device=\"eno1\",reason=\"\"}"));
    }

    [Fact]
    public void ConfigurationCheck_WarnsOfThem()
    {
        // Together with a mode without effect: the webhook is on, and there is no token.
        Assert.Equal(5, ConfigurationWarnings.Of(_scene.Host.Options).Count);
        Assert.StartsWith("remediation.webhook is enforce and has no effect",
            ConfigurationWarnings.Of(_scene.Host.Options)[0], StringComparison.Ordinal);
        _scene.Host.Configure(options => options with
        {
            Remediation = options.Remediation with { Webhook = RemediationMode.Off },
        });
        Assert.Equal(4, ConfigurationWarnings.Of(_scene.Host.Options).Count);
        Assert.StartsWith("'eno9' of remediation.devices matches no network device of this host",
            ConfigurationWarnings.Of(_scene.Host.Options)[0], StringComparison.Ordinal);
    }

    [Fact]
    public void ConfigurationCheck_WithoutSysfs_WarnsOfThatAlone()
    {
        _scene.Host.Configure(options => options with
        {
            Paths = options.Paths with { Sysfs = Path.Combine(_scene.Host.Options.Paths.Sysfs, "none") },
        });
        var reason = $"open on {_scene.Host.Options.Paths.Sysfs}/class/net failed: No such file or directory (errno 2)";
        foreach (IReadOnlyList<string> entries in new[] { _scene.Host.Options.Remediation.Devices, [] })
        {
            _scene.Host.Configure(options => options with
            {
                Remediation = options.Remediation with { Devices = entries },
            });
            Assert.Equal(
                [$"no network device will be found, because of path.sysfs: {reason}"],
                ConfigurationWarnings.Of(_scene.Host.Options)
                .Except(ConfigurationWarnings.OfModes(_scene.Host.Options)));
        }
    }
}
