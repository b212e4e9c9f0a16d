namespace NicHangExporter.Vm.Scenarios;

/// <summary>Scenarios with Debian guests, each with its own: one after the other, after all other scenarios.</summary>
[CollectionDefinition(DisableParallelization = true)]
public sealed class DebianGuests;
