using System.Text.Json;
using NicHangExporter.Persistence;
using NicHangExporter.Text;

namespace NicHangExporter.Tests.Text;

public sealed class SnakeCaseConverterTests
{
    private static readonly JsonSerializerOptions Options = new()
    {
        Converters = { new SnakeCaseConverter<PersistedState>() },
    };

    [Fact]
    public void Values_OfAType_AreWrittenInSnakeCaseAndReadBack()
    {
        foreach (var value in Enum.GetValues<PersistedState>())
        {
            var json = JsonSerializer.Serialize(value, Options);

            Assert.Equal($"\"{SnakeCase.Of(value)}\"", json);
            Assert.Equal(value, JsonSerializer.Deserialize<PersistedState>(json, Options));
            Assert.Equal(value, JsonSerializer.Deserialize<PersistedState>(json.ToUpperInvariant(), Options));
        }
    }

    [Theory]
    [InlineData("0")]
    [InlineData("\"0\"")]
    [InlineData("\"\"")]
    [InlineData("null")]
    [InlineData("{}")]
    [InlineData("\"no_such_state\"")]
    public void Read_OfSomethingElse_IsAnError(string json) =>
        Assert.Throws<JsonException>(() => JsonSerializer.Deserialize<PersistedState>(json, Options));

    [Fact]
    public void Write_OfAValueWithoutName_IsAnError() =>
        Assert.Throws<JsonException>(() => JsonSerializer.Serialize((PersistedState)99, Options));
}
