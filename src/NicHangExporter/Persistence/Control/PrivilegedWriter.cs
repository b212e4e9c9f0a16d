using NicHangExporter.Linux;
using NicHangExporter.Persistence.Helper;

namespace NicHangExporter.Persistence.Control;

/// <summary>Writes and removes files as root: in this process, or by the helper if this process is not root.</summary>
/// <param name="root">The host.</param>
/// <param name="helper">Asks the helper.</param>
/// <param name="isRoot">True if this process writes itself.</param>
internal sealed class PrivilegedWriter(HostRoot root, HelperClient helper, bool isRoot)
{
    /// <summary>A writer for the user of this process.</summary>
    public PrivilegedWriter(HostRoot root, TimeProvider clock)
        : this(root, new HelperClient(root, clock), FileStatus.EffectiveUser == 0)
    {
    }

    /// <summary>Writes the file of a plan. The helper plans again, from the same request.</summary>
    /// <exception cref="PersistenceException">Nothing was written.</exception>
    public async Task<PersistResult> PersistAsync(PersistencePlan plan, PersistenceRequest request)
    {
        if (isRoot)
            return PersistResult.Of(plan, new PersistenceWriter(root).Apply(plan));
        var reply = await helper.AskAsync(new HelperRequest(HelperOperation.Persist, request.Nic.Bus.ToString())
        {
            Settings = plan.Settings,
            Via = request.Via,
            Profile = request.Profile,
        });
        return reply.Persisted ?? throw Mismatch();
    }

    /// <summary>Removes the files of a device.</summary>
    /// <exception cref="PersistenceException">Not all of them were removed.</exception>
    public async Task<PersistenceRemoved> UnpersistAsync(BusAddress bus)
    {
        if (isRoot)
            return new PersistenceWriter(root).Remove(bus);
        var reply = await helper.AskAsync(new HelperRequest(HelperOperation.Unpersist, bus.ToString()));
        return reply.Unpersisted ?? throw Mismatch();
    }

    private static PersistenceException Mismatch() =>
        new(PersistenceError.WriteFailed, "the persistence helper answers something else than it was asked");
}
