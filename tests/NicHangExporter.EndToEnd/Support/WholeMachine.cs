namespace NicHangExporter.EndToEnd.Support;

/// <summary>
/// Tests of resources that a machine has only once: RTNL, the kernel log. They run one after the other, with no other
/// test in parallel.
/// </summary>
[CollectionDefinition(DisableParallelization = true)]
public sealed class WholeMachine : ICollectionFixture<NicHangExporter.TestSupport.MachineLock>;
