namespace NicHangExporter.Vm.Scenarios;

/// <summary>
/// Which scenarios a run has. CI leaves out those that take minutes or repeat another scenario with one difference
/// (<c>--filter-not-trait extent=whole</c>); a run without a filter has all of them.
/// </summary>
internal static class Extent
{
    /// <summary>The name of the trait.</summary>
    public const string Name = "extent";

    /// <summary>For the whole suite alone.</summary>
    public const string Whole = "whole";
}
