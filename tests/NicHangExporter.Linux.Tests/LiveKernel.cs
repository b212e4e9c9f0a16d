using NicHangExporter.TestSupport;

namespace NicHangExporter.Linux.Tests;

/// <summary>
/// Tests that count what the whole process or the whole machine has, such as descriptors and kernel records, run alone.
/// </summary>
[CollectionDefinition(Name, DisableParallelization = true)]
public sealed class LiveKernel : ICollectionFixture<MachineLock>
{
    public const string Name = "live kernel";
}
