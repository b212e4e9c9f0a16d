using YamlDotNet.RepresentationModel;

namespace NicHangExporter.EndToEnd.Support;

/// <summary>The compose file of the try-out, as far as tests ask it.</summary>
internal sealed class ComposeFile
{
    private readonly YamlMappingNode _services;

    /// <summary>Reads it.</summary>
    /// <param name="path">The file.</param>
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
    public IReadOnlyList<string> List(string service, string key) => [.. ((YamlSequenceNode)_services[service][key]).Select(word => word.ToString())];

    /// <summary>The variables of a service.</summary>
    public IReadOnlyDictionary<string, string> Environment(string service) =>
        ((YamlMappingNode)_services[service]["environment"]).ToDictionary(pair => pair.Key.ToString(), pair => pair.Value.ToString());

    /// <summary>A value of a service.</summary>
    public string Value(string service, string key) => _services[service][key].ToString();
}
