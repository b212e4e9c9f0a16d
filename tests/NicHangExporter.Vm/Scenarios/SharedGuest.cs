namespace NicHangExporter.Vm.Scenarios;

/// <summary>One guest for all scenarios that restore its state. The first scenario boots it.</summary>
public sealed class SharedGuest : IAsyncDisposable
{
    private Guest? _guest;
    private string? _cannot;

    /// <summary>The guest, healthy, with all offloads on.</summary>
    internal async Task<Guest> GetAsync()
    {
        // If the first scenario got no guest, the others fail for the same reason.
        if (_cannot is not null)
            throw new CannotBootException(_cannot);
        try
        {
            // A guest that no longer answers is unusable for the next scenarios.
            if (_guest is { Shell.IsLost: true } lost)
            {
                _guest = null;
                await lost.DisposeAsync();
            }
            _guest ??= await Guest.BootAsync();
        }
        catch (CannotBootException cannot)
        {
            _cannot = cannot.Message;
            throw;
        }
        foreach (var device in new[] { "eno1", "ens1" })
            await new GuestNic(_guest, device).RestoreAsync();
        foreach (var port in new[]
            { _guest.Ports.Eno1Web, _guest.Ports.ContainerWeb, _guest.Ports.Ens18Web, _guest.Ports.Ens1Web })
        {
            await using var probe = new HostProbe(port);
            await probe.UpAsync();
        }
        await Eventually.HoldsAsync(
            "the kernel has said nothing of a hang for a while", () =>
                QuietAsync(_guest), quiet => quiet > GuestExporter.Gap, TimeSpan.FromMinutes(1));
        return _guest;
    }

    private static async Task<TimeSpan> QuietAsync(Guest guest)
    {
        var now = await guest.UptimeAsync();
        return now - new[] { "eno1", "ens1" }.Max(device => LastWord(guest, device, now));
    }

    // A link that comes back extends only an episode in which the driver has reset the adapter.
    private static TimeSpan LastWord(Guest guest, string device, TimeSpan now)
    {
        var hasReset = guest.Log.Of(device, "Reset adapter").Any(record => now - record.Time < 2 * GuestExporter.Gap);
        string[] words = ["Detected ", "NETDEV WATCHDOG", "Reset adapter", .. hasReset ? new[] { "NIC Link is" } : []];
        return words.SelectMany(text => guest.Log.Of(device, text)).Select(record => record.Time)
            .DefaultIfEmpty(-GuestExporter.Gap).Max();
    }

    public async ValueTask DisposeAsync()
    {
        if (_guest is not null)
            await _guest.DisposeAsync();
    }
}

/// <summary>
/// Scenarios with the first shared guest. They run one after the other, and in parallel with those of the second: on
/// two processors each guest has its own. If a scenario boots its own guest, the shared guest of its collection is
/// idle. Scenarios compare times only on the guest's clock, so a second guest makes them slower but not wrong.
/// </summary>
[CollectionDefinition]
public sealed class FirstGuest : ICollectionFixture<SharedGuest>;

/// <summary>See <see cref="FirstGuest"/>.</summary>
[CollectionDefinition]
public sealed class SecondGuest : ICollectionFixture<SharedGuest>;

/// <summary>Scenarios that measure time: they run after all others.</summary>
[CollectionDefinition(DisableParallelization = true)]
public sealed class UndisturbedGuest : ICollectionFixture<SharedGuest>;
