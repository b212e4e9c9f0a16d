using NicHangExporter.Persistence;
using NicHangExporter.Text;

namespace NicHangExporter.Tests.Persistence;

/// <summary>
/// The table of effects says what the virtual machines have measured (tests/NicHangExporter.Vm/measured), and nothing
/// else about these managers.
/// </summary>
public sealed class MeasuredEffectsTests
{
    public static TheoryData<string> Managers => [.. Directory.GetFiles(Folder).Select(
        file => Path.GetFileNameWithoutExtension(file))];

    private static string Folder { get; } =
        Path.Combine(Repository.Root, "tests", "NicHangExporter.Vm", "measured");

    [Theory]
    [MemberData(nameof(Managers))]
    public void Table_AndMeasurement_SayTheSame(string manager)
    {
        var measured = File.ReadAllLines(Path.Combine(Folder, manager + ".txt")).Order(StringComparer.Ordinal);

        var table = from row in PersistenceEvents.All
                    where SnakeCase.Of(row.Manager) == manager
                    from @event in Enum.GetValues<PersistenceEvent>()
                    select $"{SnakeCase.Of(row.Way)} {SnakeCase.Of(@event)} {SnakeCase.Of(row.Effects[(int)@event])}";
        Assert.Equal(measured, table.Order(StringComparer.Ordinal));
    }
}
