package org.gleaner.cli.shell;

import static org.gleaner.cli.shell.Completion.quoted;

import java.util.ArrayList;
import java.util.List;
import java.util.stream.Collectors;
import picocli.CommandLine.Model.OptionSpec;

/// Completion for bash: one function that follows the line to its command, and looks up what may
/// come next.
final class BashScript {

    private static final String SCRIPT =
            """
            # Completion for bash: source <(gleaner completion bash)
            _gleaner() {
                local cur=${COMP_WORDS[COMP_CWORD]} prev=${COMP_WORDS[COMP_CWORD - 1]} at= options= words= files= i
                if [ "$cur" = = ]; then
                    cur=
                elif [ "$prev" = = ]; then
                    prev=${COMP_WORDS[COMP_CWORD - 2]}
                fi
                for ((i = 1; i < COMP_CWORD; i++)); do
                    case "$at ${COMP_WORDS[i]}" in
                        %s)
                            at="$at ${COMP_WORDS[i]}" ;;
                    esac
                done
                case $at in
            %s    esac
                case "$at $prev" in
            %s        *)
                        case $cur in -*) words=$options files= ;; esac ;;
                esac
                local IFS=$'\\n'
                COMPREPLY=($(compgen -W "${words// /$IFS}" -- "$cur"))
                [ -z "$files" ] || COMPREPLY+=($(compgen -f -- "$cur"))
            }
            complete -o filenames -F _gleaner gleaner
            """;

    private BashScript() {}

    static String of(List<Subcommand> all) {
        return SCRIPT.formatted(
                Completion.places(all, " | "),
                all.stream().map(BashScript::command).collect(Collectors.joining()),
                all.stream().map(BashScript::values).collect(Collectors.joining()));
    }

    private static String command(Subcommand command) {
        List<String> options = new ArrayList<>();
        for (OptionSpec option : command.options()) {
            options.add(option.longestName());
        }
        return "        %s) options=%s words=%s files=%s ;;%n"
                .formatted(
                        quoted(command.at()),
                        quoted(String.join(" ", options)),
                        quoted(String.join(" ", command.words())),
                        command.takesFiles() ? "yes" : "");
    }

    /// What may follow each option that takes a word.
    private static String values(Subcommand command) {
        StringBuilder text = new StringBuilder();
        for (OptionSpec option : command.options()) {
            if (Subcommand.takesValue(option)) {
                text.append("        ")
                        .append(quoted(command.at() + " " + option.longestName()))
                        .append(") words=")
                        .append(quoted(String.join(" ", command.words(option))))
                        .append(Subcommand.isFile(option) ? " files=yes ;;\n" : " files= ;;\n");
            }
        }
        return text.toString();
    }
}
