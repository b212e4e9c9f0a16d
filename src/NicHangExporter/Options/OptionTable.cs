using System.Collections.Immutable;

namespace NicHangExporter.Options;

/// <summary>
/// All options. The name is the flag (<c>--stall.window</c>), the path of keys in the YAML file
/// (<c>stall: {window: …}</c>) and, in capitals with underscores, the environment variable
/// (<c>NICHANG_STALL_WINDOW</c>).
/// </summary>
internal static class OptionTable
{
    public static readonly ImmutableArray<OptionDefinition> All =
    [
        .. WebOptionTable.Web, .. WebOptionTable.Api, .. DetectionOptionTable.Rows, .. RemediationOptionTable.Rows,
        WebOptionTable.Identities, .. AlertingOptionTable.Rows, .. LoggingOptionTable.Rows,
        .. CollectorOptionTable.Rows,
    ];
}
