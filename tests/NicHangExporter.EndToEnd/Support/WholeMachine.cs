namespace NicHangExporter.EndToEnd.Support;

/// <summary>
/// Tests of what there is only one of in a machine: RTNL, the kernel log. They run one after the other, with nothing beside them.
/// </summary>
[CollectionDefinition(DisableParallelization = true)]
public sealed class WholeMachine : ICollectionFixture<NicHangExporter.TestSupport.MachineLock>;
