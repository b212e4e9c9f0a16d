namespace NicHangExporter.Vm.Scenarios;

/// <summary>One guest for all scenarios that leave it as they found it. It is booted by the first that asks.</summary>
public sealed class SharedGuest : IAsyncDisposable
{
    private Guest? _guest;
    private string? _cannot;

    /// <summary>The guest, healthy, with all offloads on.</summary>
    internal async Task<Guest> GetAsync()
    {
        // What kept the first scenario from its guest keeps the others as well.
        if (_cannot is not null)
            throw new CannotBootException(_cannot);
        try
        {
            _guest ??= await Guest.BootAsync();
        }
        catch (CannotBootException cannot)
        {
            _cannot = cannot.Message;
            throw;
        }
        foreach (var device in new[] { "eno1", "ens1" })
            await new GuestNic(_guest, device).RestoreAsync();
        foreach (var port in new[] { _guest.Ports.Eno1Web, _guest.Ports.ContainerWeb, _guest.Ports.Ens18Web, _guest.Ports.Ens1Web })
        {
            await using var probe = new HostProbe(port);
            await probe.UpAsync();
        }
        return _guest;
    }

    public async ValueTask DisposeAsync()
    {
        if (_guest is not null)
            await _guest.DisposeAsync();
    }
}

/// <summary>Scenarios run one after the other: each guest wants a processor for itself, and time is part of what they look at.</summary>
[CollectionDefinition(DisableParallelization = true)]
public sealed class OneGuest : ICollectionFixture<SharedGuest>;
