using NicHangExporter.Api;
using NicHangExporter.Cli;
using NicHangExporter.Persistence;

namespace NicHangExporter.Tests.Cli;

/// <summary>What persist, persist --show and unpersist print.</summary>
public sealed class PersistedTextTests
{
    private static readonly PersistResponse Persisted = new(
        "eno1", "0000:00:1f.6", NetworkManagerKind.Ifupdown2, PersistenceWay.Hook, "/etc/network/if-up.d/x",
        ["eee", "tx-tcp-segmentation"]);

    [Fact]
    public void Persist_SaysWhatIsWhereAndHowToUndoIt() => Assert.Equal(
        """
        eno1: persisted
          file       /etc/network/if-up.d/x
          way        hook, network manager ifupdown2
          keeps off  eee, tx-tcp-segmentation
          not kept   a reload of the driver
          removed    /etc/udev/rules.d/y
          note       A note.
          undo       nic-hang-exporter unpersist eno1

        """,
        Text(page => PersistedText.Write(page, Persisted with
        {
            Changed = true,
            NotSurvived = ["a reload of the driver"],
            Removed = ["/etc/udev/rules.d/y"],
            Notes = ["A note."],
        })));

    [Fact]
    public void DryRun_HasTheWholeTextAndNoControlCharacter() => Assert.Equal(
        """
        eno1: dry run, nothing was written
          file       /etc/network/if-up.d/x
          way        hook, network manager ifupdown2
          keeps off  eee, tx-tcp-segmentation
          content
            #!/bin/sh
            x\u001b

        """,
        Text(page => PersistedText.Write(page, Persisted with { DryRun = true, Content = "#!/bin/sh\nx\u001b\n" })));

    [Fact]
    public void Again_IsSaid() => Assert.StartsWith(
        "eno1: is persisted already, nothing was written\n", Text(page => PersistedText.Write(page, Persisted)),
        StringComparison.Ordinal);

    [Fact]
    public void Unpersist_SaysWhatWasRemoved()
    {
        Assert.Equal("eno1: no longer persisted\n  removed    /etc/x\n  note       A note.\n",
            Text(page => PersistedText.Write(
                page, new UnpersistResponse("eno1", "0000:00:1f.6", ["/etc/x"]) { Notes = ["A note."] })));
        Assert.Equal("eno1: nothing is persisted, nothing was removed\n",
            Text(page => PersistedText.Write(page, new UnpersistResponse("eno1", "0000:00:1f.6", []))));
    }

    [Fact]
    public void Show_HasDevicesFilesAndFindings() => Assert.Equal(
        """
        DEVICE  BUS           MANAGER         PERSISTED  DECIDED
        eno1    0000:00:1f.6  networkmanager  yes        covered
        eno2    0000:00:1f.7  none            no         NOT PERSISTED
        eno3    0000:00:20.0  networkd        yes        DIFFERS
        eno4    0000:00:21.0  ifupdown        no         -

        /etc/a
          device     eno1
          state      in force
          keeps off  eee

        /etc/b
          device     not here: eno9 at 0000:00:30.0
          state      NOT IN FORCE: no NIC has that address
          keeps off  eee
          not kept   a reload of the driver

        eno4: found on this host, left alone
          managers   two of them
          /etc/network/interfaces:3
            turns tso off
          /etc/systemd/system/disable-nic-offload-eno4.service
            turns all off

        """,
        Text(page => PersistedText.Write(page, new PersistedList(
            [
                new PersistedFileResponse("/etc/a", "0000:00:1f.6", PersistenceWay.Hook, PersistedState.InForce)
                {
                    Device = "eno1",
                    Settings = ["eee"],
                },
                new PersistedFileResponse("/etc/b", "0000:00:30.0", PersistenceWay.Hook, PersistedState.NotInForce)
                {
                    DeviceThen = "eno9",
                    Settings = ["eee"],
                    Reason = "no NIC has that address",
                    NotSurvived = ["a reload of the driver"],
                },
            ],
            [
                Device("eno1", "0000:00:1f.6", NetworkManagerKind.Networkmanager, true, true, "eee"),
                Device("eno2", "0000:00:1f.7", NetworkManagerKind.None, false, false, "eee"),
                Device("eno3", "0000:00:20.0", NetworkManagerKind.Networkd, true, false, "eee"),
                Device("eno4", "0000:00:21.0", NetworkManagerKind.Ifupdown, false, true) with
                {
                    Conflict = "two of them",
                    Findings =
                    [
                        new FindingResponse("/etc/network/interfaces", 3, "turns tso off"),
                        new FindingResponse(
                            "/etc/systemd/system/disable-nic-offload-eno4.service", 0, "turns all off"),
                    ],
                },
            ]))));

    [Fact]
    public void Show_OfAHostWithoutAnyDevice_SaysSo() => Assert.Equal(
        "No network device has an address on a bus.\n",
        Text(page => PersistedText.Write(page, new PersistedList([], []))));

    private static PersistedDeviceResponse Device(
        string name, string bus, NetworkManagerKind manager, bool persisted, bool matches, params string[] desired) =>
        new(name, bus, manager, persisted, matches) { Desired = desired };

    private static string Text(Action<ConsoleWriter> write)
    {
        using var output = new StringWriter();
        write(new ConsoleWriter(output));
        return output.ToString();
    }
}
