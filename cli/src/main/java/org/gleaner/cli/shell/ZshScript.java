package org.gleaner.cli.shell;

import static org.gleaner.cli.shell.Completion.quoted;

import java.util.Arrays;
import java.util.List;
import java.util.stream.Collectors;
import picocli.CommandLine.Model.OptionSpec;

/// Completion for zsh, with what each option is for.
final class ZshScript {

    private static final String SCRIPT =
            """
            #compdef gleaner
            # Completion for zsh: source <(gleaner completion zsh), or a file _gleaner in $fpath.
            _gleaner() {
                local at=
                while ((CURRENT > 2)); do
                    case "$at $words[2]" in
                        %s)
                            at="$at $words[2]"
                            shift words
                            ((CURRENT--)) ;;
                        *) break ;;
                    esac
                done
                local -a commands
                case $at in
            %s    esac
            }
            if [[ $funcstack[1] == _gleaner ]]; then
                _gleaner "$@"
            else
                compdef _gleaner gleaner
            fi
            """;

    private ZshScript() {}

    static String of(List<Subcommand> all) {
        return SCRIPT.formatted(
                Completion.places(all, " | "),
                all.stream()
                        .map(each -> each.isGroup() ? group(each) : leaf(each))
                        .collect(Collectors.joining()));
    }

    private static String group(Subcommand command) {
        String below =
                command.below().stream()
                        .map(ZshScript::described)
                        .collect(Collectors.joining("\n            "));
        return """
                %s)
                    commands=(
                    %s
                    )
                    if [[ $words[CURRENT] == -* ]]; then
                        _arguments -s %s
                    else
                        _describe -t commands command commands
                    fi ;;
        """
                .formatted(quoted(command.at()), below, options(command));
    }

    private static String described(Subcommand below) {
        String what = Subcommand.brief(below.spec().usageMessage().description());
        return "    " + quoted(below.path().getLast() + ":" + what);
    }

    private static String leaf(Subcommand command) {
        String files = command.takesFiles() ? "; _files" : "";
        String words =
                command.words().isEmpty() ? "" : "compadd -- " + String.join(" ", command.words());
        String parameters =
                words.isEmpty() && files.isEmpty()
                        ? ""
                        : quoted("*: :{" + (words + files).replaceFirst("^; ", "") + "}");
        return "        %s) _arguments -s %s %s ;;%n"
                .formatted(quoted(command.at()), options(command), parameters);
    }

    private static String options(Subcommand command) {
        return command.options().stream()
                .map(option -> option(command, option))
                .collect(Collectors.joining(" "));
    }

    private static String option(Subcommand command, OptionSpec option) {
        String what =
                "["
                        + Subcommand.brief(option.description()).replaceAll("([\\[\\]])", "\\\\$1")
                        + "]";
        List<String> words = command.words(option);
        String value = "";
        if (Subcommand.takesValue(option)) {
            String from = words.isEmpty() ? "" : "(" + String.join(" ", words) + ")";
            value = ":" + option.paramLabel() + ":" + (Subcommand.isFile(option) ? "_files" : from);
        }
        String after = what + value;
        String many = option.isMultiValue() ? "*" : "";
        return Arrays.stream(option.names())
                .map(name -> quoted(many + named(name, option) + after))
                .collect(Collectors.joining(" "));
    }

    /// `--name=` for one whose value may follow after `=` or as the next word.
    private static String named(String name, OptionSpec option) {
        return Subcommand.takesValue(option) && name.startsWith("--") ? name + "=" : name;
    }
}
