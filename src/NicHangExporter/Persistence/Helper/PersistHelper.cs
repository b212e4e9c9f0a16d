using System.Net.Sockets;
using NicHangExporter.Linux;
using NicHangExporter.Linux.Ethtool;
using NicHangExporter.Remediation.Planning;

namespace NicHangExporter.Persistence.Helper;

/// <summary>
/// The privileged part of persistence, for a daemon that is not root: one connection, one request, one answer. systemd
/// starts it for each connection. It decides path and content itself, so a caller chooses a device of this host and
/// known settings to turn off, and nothing else.
/// </summary>
/// <param name="root">The host.</param>
/// <param name="readFeatures">Reads the features of a device by ethtool.</param>
internal sealed class PersistHelper(HostRoot root, Func<InterfaceName, DeviceFeatures?> readFeatures)
{
    /// <summary>How long the request may take to arrive, and the answer to leave.</summary>
    public static readonly TimeSpan Timeout = TimeSpan.FromSeconds(5);

    /// <summary>The most settings of a request: no device has more features.</summary>
    public const int MaxSettings = 64;

    private static readonly HashSet<string> Known =
    [
        DeviceSettings.Eee, DeviceSettings.Pause, .. KernelFeatures.Known,
        .. OffloadNames.All.SelectMany(offload => offload.Features),
    ];

    /// <summary>Answers one connection.</summary>
    /// <param name="socket">The connection. The caller closes it.</param>
    /// <param name="peer">The user at its other end.</param>
    /// <returns>Null, or why the request was refused.</returns>
    /// <exception cref="SocketException">The connection broke.</exception>
    public async Task<string?> ServeAsync(Socket socket, uint peer)
    {
        using var limit = new CancellationTokenSource(Timeout);
        HelperReply reply;
        try
        {
            reply = peer != 0 && peer != HelperUsers.Find(root.Path)
                ? Refuse(PersistenceError.NotPossible,
                    $"only root and the user {HelperUsers.Daemon} may ask the persistence helper")
                : Act(await HelperLine.ReceiveAsync(socket, HelperJson.Default.HelperRequest, limit.Token));
        }
        catch (InvalidDataException exception)
        {
            reply = Refuse(PersistenceError.NotPossible, $"the request is malformed: {exception.Message}");
        }
        catch (OperationCanceledException)
        {
            reply = Refuse(PersistenceError.NotPossible, $"no request came within {Timeout.TotalSeconds:0} s");
        }
        using var leave = new CancellationTokenSource(Timeout);
        await HelperLine.SendAsync(socket, reply, HelperJson.Default.HelperReply, leave.Token);
        return reply.Error?.Message;
    }

    /// <summary>Carries out a request of a caller who may ask.</summary>
    internal HelperReply Act(HelperRequest request)
    {
        try
        {
            if (!BusAddress.TryParse(request.Bus, out var bus))
                return Refuse(PersistenceError.UnknownDevice, "the request names no address on a bus");
            return request.Operation == HelperOperation.Persist
                ? Persist(bus, request)
                : Unpersist(bus, request);
        }
        catch (PersistenceException exception)
        {
            return Refuse(exception.Error, exception.Message);
        }
    }

    private HelperReply Persist(BusAddress bus, HelperRequest request)
    {
        if (request.Settings is not { Count: > 0 and <= MaxSettings } settings)
            return Refuse(PersistenceError.NotPossible, $"a request has 1 to {MaxSettings} settings");
        if (settings.Any(setting => !Known.Contains(setting)))
            return Refuse(PersistenceError.NotPossible, "the request has an unknown setting");
        if (request.Profile is { } profile && !ProfileValidator.IsProfileName(profile))
            return Refuse(PersistenceError.NotPossible, "the request has an impossible name of a profile");
        var nic = HostNic.Find(root, bus.ToString());
        var plan = PersistencePlanner.Plan(
            root, new PersistenceRequest(nic, [.. settings], request.Profile, request.Via, Features(nic)));
        return new HelperReply
        {
            Persisted = Control.PersistResult.Of(plan, new PersistenceWriter(root).Apply(plan)),
        };
    }

    private HelperReply Unpersist(BusAddress bus, HelperRequest request) =>
        request is { Settings: null, Via: null, Profile: null }
            ? new HelperReply { Unpersisted = new PersistenceWriter(root).Remove(bus) }
            : Refuse(PersistenceError.NotPossible, "a request to unpersist has only a device");

    // Null, which the planner accepts, if the helper's sandbox or its network namespace does not show the device.
    private DeviceFeatures? Features(HostNic nic)
    {
        try
        {
            return readFeatures(nic.Device);
        }
        catch (LinuxException)
        {
            return null;
        }
    }

    private static HelperReply Refuse(PersistenceError kind, string message) =>
        new() { Error = new HelperError(kind, message) };
}
