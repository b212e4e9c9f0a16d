using System.Text;

namespace NicHangExporter.Tests.Package;

/// <summary>Writes the completion for bash.</summary>
internal static class BashCompletion
{
    private const string Begin = """
        # bash completion for nic-hang-exporter.
        # Generated from the command line of the program by PackageFilesTests. Do not edit.

        _nic_hang_exporter_devices() {
          local device
          for device in /sys/class/net/*/device; do
            [ -e "$device" ] || continue
            device=${device%/device}
            printf '%s\n' "${device##*/}"
          done
        }

        """;

    private const string Main = """
        _nic_hang_exporter() {
          local current=${COMP_WORDS[COMP_CWORD]} word flag='' command='' arguments=0 i flags='' values=''
          COMPREPLY=()
          # --flag=value is three words here.
          [[ $current != = ]] || current=''
          for ((i = 1; i < COMP_CWORD; i++)); do
            word=${COMP_WORDS[i]}
            if [[ $word == = ]]; then :
            elif [[ $word == -* ]]; then flag=$word
            elif _nic_hang_exporter_takes_value "$flag"; then flag=''
            elif [[ ! $command || $command == quarantine ]]; then command="${command:+$command }$word"
            else arguments=$((arguments + 1)); fi
          done
          if _nic_hang_exporter_takes_value "$flag"; then
            case $flag in

        """;

    private const string End = """
          esac
          [[ $current != -* ]] || values=$flags
          COMPREPLY=($(compgen -W "$values" -- "$current"))
        }

        complete -o default -F _nic_hang_exporter nic-hang-exporter

        """;

    /// <summary>The script.</summary>
    public static string Text()
    {
        var commands = ProgramModel.Commands;
        var valued = CompletionValues.ProgramFlags().Concat(commands.SelectMany(command => command.Flags))
            .DistinctBy(flag => flag.Name).Where(flag => flag.Value is not null).ToList();
        var script = new StringBuilder(Begin);
        script.Append("_nic_hang_exporter_takes_value() {\n  case $1 in\n");
        Row(script, valued.Select(flag => flag.Name), "return 0");
        script.Append("    *) return 1 ;;\n  esac\n}\n\n").Append(Main);
        foreach (var group in valued.Select(flag => (flag.Name, Action: Reply(flag)))
            .Where(row => row.Action.Length > 0).GroupBy(row => row.Action))
            Row(script, group.Select(row => row.Name), group.Key);
        script.Append("    esac\n    return\n  fi\n  case $command in\n");
        Row(script, ["''"],
            Offer(CompletionValues.ProgramFlags(), commands.Select(command => command.Name.Split(' ')[0]).Distinct()));
        foreach (var group in commands.Where(command => command.Name.Contains(' '))
            .GroupBy(command => command.Name.Split(' ')[0]))
            Row(script, [group.Key], Offer([], group.Select(command => command.Name.Split(' ')[1])));
        foreach (var command in commands)
            Row(script, [$"'{command.Name}'"], Offer(command.Flags, []) + Arguments(command));
        return script.Append(End).ToString();
    }

    private static string Offer(IEnumerable<FlagModel> flags, IEnumerable<string> words)
    {
        var offer = $"flags='{LongText.Wrap(flags.Select(flag => flag.Name), " ", "", 8)}'";
        return words.Any() ? $"{offer}\n      values='{LongText.Wrap(words, " ", "", 8)}'" : offer;
    }

    private static string Arguments(CommandModel command)
    {
        if (command.Arguments is not [var only])
            return "";
        var values = CompletionValues.Of("", only);
        return values.IsDevice ? "\n      [[ $arguments -gt 0 ]] || values=$(_nic_hang_exporter_devices)"
            : values.IsFile ? "\n      values=$(compgen -f -- \"$current\")" : "";
    }

    private static string Reply(FlagModel flag)
    {
        var values = CompletionValues.Of(flag.Name, flag.Value!);
        var reply = values.IsFile ? "-f" : values.IsDevice ? "-W \"$(_nic_hang_exporter_devices)\""
            : values.Words.Count > 0 ? $"-W '{string.Join(' ', values.Words)}'" : null;
        return reply is null ? "" : $"COMPREPLY=($(compgen {reply} -- \"$current\"))";
    }

    private static void Row(StringBuilder script, IEnumerable<string> patterns, string action) =>
        script.Append($"    {LongText.Wrap(patterns, " | ", " | \\", 6)})\n      {action} ;;\n");
}
