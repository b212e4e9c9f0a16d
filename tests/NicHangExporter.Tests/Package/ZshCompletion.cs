using System.Text;

namespace NicHangExporter.Tests.Package;

/// <summary>Writes the completion for zsh.</summary>
internal static class ZshCompletion
{
    private const string Begin = """
        #compdef nic-hang-exporter
        # Generated from the command line of the program by PackageFilesTests. Do not edit.

        _nic_hang_exporter_devices() {
          local -a devices
          devices=(/sys/class/net/*/device(N:h:t))
          _describe -t devices 'network device' devices
        }

        """;

    private const string Main = """
        _nic_hang_exporter() {
          local context state state_descr line curcontext="$curcontext" command
          local -A opt_args
          local -a commands flags

        """;

    private const string End = """
            *) _message 'no more arguments' ;;
          esac
        }

        _nic_hang_exporter "$@"

        """;

    /// <summary>The script.</summary>
    public static string Text()
    {
        var commands = ProgramModel.Commands;
        var script = new StringBuilder(Begin).Append(Main);
        script.Append("  commands=(\n");
        foreach (var group in commands.GroupBy(command => command.Name.Split(' ')[0]))
            script.Append($"    '{group.Key}:{Quote(group.First().Text[0])}'\n");
        script.Append("  )\n  flags=(\n");
        foreach (var flag in CompletionValues.ProgramFlags())
            script.Append($"    {Flag(flag)}\n");
        script.Append("  )\n  _arguments -C $flags '1: :->command' '*:: :->arguments' && return\n");
        script.Append("  if [[ $state == command ]]; then\n");
        script.Append("    _describe -t commands 'command' commands\n    return\n  fi\n");
        script.Append("  command=$words[1]\n");
        foreach (var group in commands.Where(command => command.Name.Contains(' '))
            .GroupBy(command => command.Name.Split(' ')[0]))
            Nested(script, group.Key, [.. group]);
        script.Append("  case $command in\n");
        foreach (var command in commands)
            Command(script, command);
        return script.Append(End).ToString();
    }

    // The words of the nested command become the first word.
    private static void Nested(StringBuilder script, string parent, IReadOnlyList<CommandModel> nested)
    {
        var names = string.Join(' ', nested.Select(command => command.Name.Split(' ')[1]));
        script.Append($"  if [[ $command == {parent} ]]; then\n    if (( CURRENT == 2 )); then\n");
        script.Append($"      compadd {names}\n      return\n    fi\n");
        script.Append("    command+=\" $words[2]\"\n    shift words\n    (( CURRENT-- ))\n  fi\n");
    }

    private static void Command(StringBuilder script, CommandModel command)
    {
        script.Append($"    '{command.Name}')\n      _arguments");
        foreach (var flag in command.Flags)
            script.Append($" \\\n        {Flag(flag)}");
        foreach (var argument in command.Arguments)
            script.Append($" \\\n        '1:{Quote(argument.Trim('[', ']'))}:{Values("", argument)}'");
        script.Append("\n      ;;\n");
    }

    private static string Flag(FlagModel flag) => flag.Value is null
        ? $"'{flag.Name}[{Quote(Short(flag.Text))}]'"
        : $"'*{flag.Name}=[{Quote(Short(flag.Text))}]:{Quote(flag.Value)}:{Values(flag.Name, flag.Value)}'";

    private static string Values(string name, string placeholder)
    {
        var values = CompletionValues.Of(name, placeholder);
        return values.IsFile ? "_files" : values.IsDevice ? "_nic_hang_exporter_devices"
            : values.Words.Count > 0 ? $"({string.Join(' ', values.Words)})" : " ";
    }

    // The first sentence, as long as a line of a menu.
    private static string Short(string text)
    {
        const int longest = 40;
        var sentence = text.Split(". ")[0].Split('\n')[0].TrimEnd('.');
        return sentence.Length <= longest ? sentence : sentence[..sentence.LastIndexOf(' ', longest)] + " ...";
    }

    private static string Quote(string text) => text.Replace("\\", "\\\\", StringComparison.Ordinal)
        .Replace("'", "'\\''", StringComparison.Ordinal).Replace(":", "\\:", StringComparison.Ordinal)
        .Replace("[", "\\[", StringComparison.Ordinal).Replace("]", "\\]", StringComparison.Ordinal);
}
