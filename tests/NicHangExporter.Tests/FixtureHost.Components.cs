using System.Text;
using Microsoft.Extensions.Logging;
using NicHangExporter.Api.Alertmanager;
using NicHangExporter.Detection;
using NicHangExporter.Linux;
using NicHangExporter.Linux.Link;
using NicHangExporter.Linux.Sysfs;
using NicHangExporter.Linux.Uapi;
using NicHangExporter.Metrics;
using NicHangExporter.Persistence;
using NicHangExporter.Persistence.Control;
using NicHangExporter.Persistence.Helper;
using NicHangExporter.Remediation;
using NicHangExporter.Remediation.Evidence;
using NicHangExporter.Remediation.Execution;
using NicHangExporter.Remediation.Journaling;
using NicHangExporter.Remediation.Planning;
using NicHangExporter.Remediation.Policy;
using NicHangExporter.State;

namespace NicHangExporter.Tests;

internal sealed partial class FixtureHost
{
    public RemediationWorker RemediationWorker => _components.Value.RemediationWorker;
    public Journal Journal => _components.Value.Journal;
    public RemediationStore Ledger => _components.Value.Ledger;
    public AlertIntake Desk => _components.Value.Desk;
    public AlertmanagerWebhook Webhook => _components.Value.Webhook;
    public AlertProcessor Actions => _components.Value.Actions;
    public EpisodeRecorder Recorder => _components.Value.Recorder;
    public Remediator Remediator => _components.Value.Remediator;
    public Persister Persister => _components.Value.Persister;
    public OutcomePersister OutcomePersister => _components.Value.OutcomePersister;
    public PersistenceMetrics PersistenceMetrics => _components.Value.PersistenceMetrics;
    public DeviceInventory Inventory => _components.Value.Inventory;
    public CollectorHealth Health => _components.Value.Health;
    public EthtoolPoller Poller => _components.Value.Poller;
    public StateDirectory StateDirectory => _components.Value.StateDirectory;
    public StateStore Store => _components.Value.Store;
    public KernelLogWatcher Watcher => _components.Value.Watcher;
    public HangMonitor Monitor => _components.Value.Monitor;
    public ExpositionSource Source => _components.Value.Source;
    public MetricsEndpoint Endpoint => _components.Value.Endpoint;

    private int Link(int request, ref IfReq argument, Span<byte> payload)
    {
        Span<byte> bytes = argument.Name;
        var name = Encoding.UTF8.GetString(bytes[..bytes.IndexOf((byte)0)]);
        return Ethtool.Nics.Find(nic => nic.Name == name) is { } found ? found.Link(request, ref argument)
            : request == Sockios.ReadFlags && System.IO.Directory.Exists(Path.Combine(Sysfs.Root, "class/net", name))
            ? 0 : -(int)Errno.NoDevice;
    }

    /// <summary>The components, which read the options when they are made.</summary>
    private sealed class Components
    {
        public Components(FixtureHost host, JournalFiles? journalFiles, Action<string, EpisodeBundle>? writeBundle)
        {
            var options = host.Options;
            var factory =
                LoggerFactory.Create(builder => builder.SetMinimumLevel(LogLevel.Debug).AddProvider(host.Log));
            Inventory = new DeviceInventory(new NetClass(options.Paths.Sysfs), options);
            Counters = new NetDevSource(
                options, new NetClass(options.Paths.Sysfs), host.Clock, factory.CreateLogger<NetDevSource>());
            Health = new CollectorHealth(factory.CreateLogger<CollectorHealth>());
            Poller = new EthtoolPoller(
                host.Ethtool, Inventory, options, Health, host.Clock, factory.CreateLogger<EthtoolPoller>());
            StateDirectory = new StateDirectory(options);
            Store = new StateStore(StateDirectory, host.Metrics, host.Clock, factory.CreateLogger<StateStore>());
            Watcher = new KernelLogWatcher(options, host.Metrics, host.Clock, factory.CreateLogger<KernelLogWatcher>())
            {
                OpenSyslog = () => host.Syslog?.Open(),
                SyslogInterval = TimeSpan.FromMilliseconds(5),
            };
            RemediationWorker = new RemediationWorker(host.Clock);
            Journal = new Journal(options, StateDirectory, host.Clock, factory.CreateLogger<Journal>(), journalFiles);
            Ledger = new RemediationStore(options, Journal, host.Metrics, host.Clock);
            var link = new LinkFlags(host.Link);
            var netClass = new NetClass(options.Paths.Sysfs);
            var access = new DeviceControl(netClass, host.Ethtool, link);
            Recorder = new EpisodeRecorder(options, host.Ethtool, netClass, host.Clock,
                factory.CreateLogger<EpisodeRecorder>(), StateDirectory, host.Metrics, writeBundle);
            Remediator = new Remediator(options, Ledger, access, netClass, new ProfileCatalog(options), host.Evidence,
                new KillSwitch(options),
                Inventory, Recorder, RemediationWorker, host.Metrics, host.Clock, factory.CreateLogger<Remediator>());
            var root = HostRoot.From(options.Paths);
            Persister = new Persister(
                root, Remediator, new SettingsReader(access, options, host.Clock),
                new PrivilegedWriter(root, new HelperClient(root, host.Clock), isRoot: true),
                new ProfileCatalog(options), host.Metrics, factory.CreateLogger<Persister>());
            OutcomePersister = new OutcomePersister(
                root, options, Remediator, Persister, host.Metrics, host.Clock,
                factory.CreateLogger<OutcomePersister>());
            PersistenceMetrics = new PersistenceMetrics(
                root, Remediator, Persister, host.Metrics, host.Clock, factory.CreateLogger<PersistenceMetrics>());
            Monitor = new HangMonitor(options, Watcher, Inventory, Counters, Poller, Store, Remediator, host.Evidence,
                host.Metrics, host.Clock, factory.CreateLogger<HangMonitor>());
            Desk = new AlertIntake(
                options, Ledger, Remediator,
                new AlertDevices(Inventory, netClass, access, host.Evidence, Remediator, host.Clock), host.Clock);
            Webhook = new AlertmanagerWebhook(Desk, host.Metrics, host.Clock,
                factory.CreateLogger<AlertmanagerWebhook>());
            Actions = new AlertProcessor(options, Ledger, Remediator, host.Evidence, host.Metrics, host.Clock,
                factory.CreateLogger<AlertProcessor>());
            var features = new FeatureSelection(options, new ProfileCatalog(options).FeatureNames, () => Remediator.Decided);
            Source = new ExpositionSource(
                options, Inventory, new StatisticsCollector(options, Counters, Health, host.Clock),
                new LinkCollector(options, Health, host.Clock), new QueuesCollector(options, Health, host.Clock),
                new EthtoolCollector(Poller, features, options, host.Clock), new ProcessCollector(Health, host.Clock),
                host.Metrics);
            Endpoint = new MetricsEndpoint(Source, host.Clock);
        }

        public RemediationWorker RemediationWorker { get; }
        public Journal Journal { get; }
        public RemediationStore Ledger { get; }
        public AlertIntake Desk { get; }
        public AlertmanagerWebhook Webhook { get; }
        public AlertProcessor Actions { get; }
        public EpisodeRecorder Recorder { get; }
        public Remediator Remediator { get; }
        public DeviceInventory Inventory { get; }
        public NetDevSource Counters { get; }
        public CollectorHealth Health { get; }
        public EthtoolPoller Poller { get; }
        public StateDirectory StateDirectory { get; }
        public StateStore Store { get; }
        public KernelLogWatcher Watcher { get; }
        public HangMonitor Monitor { get; }
        public Persister Persister { get; }
        public OutcomePersister OutcomePersister { get; }
        public PersistenceMetrics PersistenceMetrics { get; }
        public ExpositionSource Source { get; }
        public MetricsEndpoint Endpoint { get; }
    }
}
