using System.Globalization;
using System.Text;
using NicHangExporter.Api;
using NicHangExporter.Tests.Api;
using NicHangExporter.Text;

namespace NicHangExporter.Tests.Documentation;

/// <summary>
/// The tables of docs/reference/api.md are those of the code. An end-to-end test runs the commands of its transcript.
/// </summary>
public sealed class ApiPageTests
{
    private static readonly Document Page = new("docs/reference/api.md");

    [Fact]
    public void Routes_AreThoseOfTheTable()
    {
        var table = new StringBuilder("| route | scope | |\n| --- | --- | --- |\n");
        foreach (var route in ApiDocument.Routes)
            table.Append(
                CultureInfo.InvariantCulture,
                $"| `{route.Method} {route.Template}` | {SnakeCase.Of(route.Scope)} | {route.Summary} |\n");

        Page.AssertGenerated("routes", table.ToString());
    }

    [Fact]
    public void Problems_AreThoseOfTheProgram()
    {
        var table = new StringBuilder("| status | type | |\n| --- | --- | --- |\n");
        foreach (var problem in ProblemResponses.All.Values.OrderBy(problem => problem.Status)
            .ThenBy(problem => problem.Name, StringComparer.Ordinal))
            table.Append(CultureInfo.InvariantCulture, $"| {problem.Status} | `{problem.Name}` | {Words(problem)} |\n");

        Page.AssertGenerated("problems", table.ToString());
    }

    [Fact]
    public void Members_AreThoseOfTheRequests()
    {
        var members = ApiRequestJson.Default.CreateRemediationRequest.Properties
            .Concat(ApiRequestJson.Default.PersistRequest.Properties).Select(property => property.Name);

        Assert.Equal(members, Page.FirstCells("Routes").Where(cell => !cell.Contains('/', StringComparison.Ordinal)));
    }

    // What only repeats the title says nothing.
    private static string Words(ApiProblem problem) =>
        problem.Detail == problem.Title + "." ? problem.Detail : $"{problem.Title}. {problem.Detail}";
}
