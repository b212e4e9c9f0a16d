using NicHangExporter.TestSupport;

namespace NicHangExporter.Linux.Tests;

/// <summary>
/// Tests that count resources of the process or the machine, such as descriptors and kernel records, run alone.
/// </summary>
[CollectionDefinition(Name, DisableParallelization = true)]
public sealed class LiveKernel : ICollectionFixture<MachineLock>
{
    public const string Name = "live kernel";
}
