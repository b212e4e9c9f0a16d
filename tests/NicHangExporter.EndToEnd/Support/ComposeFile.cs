using YamlDotNet.RepresentationModel;

namespace NicHangExporter.EndToEnd.Support;

/// <summary>The parts of the try-out's compose file that the tests read.</summary>
internal sealed class ComposeFile
{
    private readonly YamlMappingNode _services;

    public ComposeFile(string path)
    {
        var stream = new YamlStream();
        using var reader = new StreamReader(path);
        stream.Load(reader);
        _services = (YamlMappingNode)stream.Documents[0].RootNode["services"];
    }

    /// <summary>The names of its services.</summary>
    public IEnumerable<string> Services => _services.Children.Keys.Select(name => name.ToString());

    /// <summary>A list of a service: command, volumes, cap_add.</summary>
    public IReadOnlyList<string> List(string service, string key) =>
        [.. ((YamlSequenceNode)_services[service][key]).Select(word => word.ToString())];

    /// <summary>The environment variables of a service.</summary>
    public IReadOnlyDictionary<string, string> Environment(string service) =>
        ((YamlMappingNode)_services[service]["environment"])
        .ToDictionary(pair => pair.Key.ToString(), pair => pair.Value.ToString());

    public string Value(string service, string key) => _services[service][key].ToString();
}
