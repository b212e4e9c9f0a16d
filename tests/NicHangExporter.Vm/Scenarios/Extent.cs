namespace NicHangExporter.Vm.Scenarios;

/// <summary>
/// The scenarios of a run. CI excludes scenarios that take minutes or repeat another scenario with one difference
/// (<c>--filter-not-trait extent=whole</c>). A run without a filter has all of them.
/// </summary>
internal static class Extent
{
    /// <summary>The name of the trait.</summary>
    public const string Name = "extent";

    /// <summary>Only in a run of the whole suite.</summary>
    public const string Whole = "whole";
}
