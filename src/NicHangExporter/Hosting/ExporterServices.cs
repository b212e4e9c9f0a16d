using NicHangExporter.Alerting;
using NicHangExporter.Api;
using NicHangExporter.Api.Alertmanager;
using NicHangExporter.Api.Auth;
using NicHangExporter.Detection;
using NicHangExporter.Linux.Ethtool;
using NicHangExporter.Linux.Link;
using NicHangExporter.Linux.Sysfs;
using NicHangExporter.Metrics;
using NicHangExporter.Options;
using NicHangExporter.Persistence;
using NicHangExporter.Persistence.Control;
using NicHangExporter.Remediation;
using NicHangExporter.Remediation.Evidence;
using NicHangExporter.Remediation.Execution;
using NicHangExporter.Remediation.Journaling;
using NicHangExporter.Remediation.Planning;
using NicHangExporter.Remediation.Policy;
using NicHangExporter.State;
using NicHangExporter.Web;

namespace NicHangExporter.Hosting;

/// <summary>The services of the exporter.</summary>
internal static class ExporterServices
{
    /// <summary>
    /// Adds detection and remediation, without servers: all that a command of the console needs where no daemon runs.
    /// </summary>
    public static void AddExporter(this IServiceCollection services, ExporterOptions options, TimeProvider clock,
        ExporterMetrics metrics)
    {
        services.AddSingleton(options);
        services.AddSingleton(clock);
        services.AddSingleton(new NetClass(options.Paths.Sysfs));
        services.AddSingleton<IEthtool, EthtoolSocket>();
        services.AddSingleton<DeviceInventory>();
        services.AddSingleton<NetDevSource>();
        services.AddSingleton(metrics);
        services.AddSingleton<CollectorHealth>();
        services.AddSingleton<StateDirectory>();
        services.AddSingleton<StateStore>();
        services.AddSingleton<KernelLogWatcher>();
        services.AddSingleton<EthtoolPoller>();
        services.AddSingleton<HangMonitor>();
        services.AddSingleton<LinkFlags>();
        services.AddSingleton<ProfileCatalog>();
        services.AddSingleton<HangSignals>();
        services.AddSingleton<KillSwitch>();
        services.AddSingleton<DeviceControl>();
        services.AddSingleton(provider =>
            new Journal(options, provider.GetRequiredService<StateDirectory>(), clock,
            provider.GetRequiredService<ILogger<Journal>>()));
        services.AddSingleton<RemediationStore>();
        services.AddSingleton<EpisodeRecorder>();
        services.AddSingleton<RemediationWorker>();
        services.AddSingleton<Remediator>();
        services.AddSingleton(HostRoot.From(options.Paths));
        services.AddSingleton<SettingsReader>();
        services.AddSingleton(new PrivilegedWriter(HostRoot.From(options.Paths), clock));
        services.AddSingleton<Persister>();
        services.AddSingleton<OutcomePersister>();
    }

    /// <summary>Adds what serves metrics and the API, and what exchanges alerts with Alertmanager.</summary>
    public static void AddServer(this IServiceCollection services, ExporterOptions options)
    {
        services.AddSingleton<DeviceWatcher>();
        services.AddSingleton<SettingsWatch>();
        services.AddSingleton<StatisticsCollector>();
        services.AddSingleton<LinkCollector>();
        services.AddSingleton<QueuesCollector>();
        services.AddSingleton(provider =>
            new FeatureSelection(options, provider.GetRequiredService<ProfileCatalog>().FeatureNames,
            () => provider.GetRequiredService<Remediator>().Decided));
        services.AddSingleton<EthtoolCollector>();
        services.AddSingleton<ProcessCollector>();
        services.AddSingleton<ExpositionSource>();
        services.AddSingleton<MetricsEndpoint>();
        services.AddSingleton<PersistenceMetrics>();
        services.AddSingleton<AlertProcessor>();
        services.AddSingleton<PendingAlertStore>();
        services.AddSingleton<AlertDispatcher>();
        services.AddSingleton(provider => new CredentialStore(
            options, provider.GetRequiredService<ExporterMetrics>(), provider.GetRequiredService<TimeProvider>(),
            provider.GetRequiredService<ILogger<CredentialStore>>()));
        services.AddSingleton<WebConfigStore>();
        services.AddSingleton<WebConfigMiddleware>();
        services.AddSingleton<HostCheck>();
        services.AddSingleton<FileReloadService>();
        services.AddSingleton(provider => new LocalApiServer(
            options, provider.GetRequiredService<ApiHandlers>(), provider.GetRequiredService<TimeProvider>(),
            provider.GetRequiredService<ILoggerFactory>()));
        services.AddSingleton(provider => new ServiceManager(
            Environment.GetEnvironmentVariables(), provider.GetRequiredService<TimeProvider>(),
            provider.GetRequiredService<ILogger<ServiceManager>>()));
        services.AddApiHandlers();
        services.AddApi<BearerTokenHandler>();
    }

    /// <summary>Adds what answers the routes of the API, for every listener and for a process without one.</summary>
    public static void AddApiHandlers(this IServiceCollection services)
    {
        services.AddSingleton<AlertDevices>();
        services.AddSingleton<AlertIntake>();
        services.AddSingleton<AlertmanagerWebhook>();
        services.AddSingleton<TransportProtection>();
        services.AddSingleton<RemediationHistory>();
        services.AddSingleton(provider => new RecentRequests(
            provider.GetRequiredService<Remediator>().Submit, provider.GetRequiredService<TimeProvider>()));
        services.AddSingleton<RemediationHandlers>();
        services.AddSingleton<QueryHandlers>();
        services.AddSingleton<AdminHandlers>();
        services.AddSingleton<PersistenceHandlers>();
        services.AddSingleton<ApiHandlers>();
    }
}
