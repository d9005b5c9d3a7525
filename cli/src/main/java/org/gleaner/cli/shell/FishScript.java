package org.gleaner.cli.shell;

import java.util.List;
import java.util.stream.Collectors;
import picocli.CommandLine.Model.OptionSpec;

/// Completion for fish: a line for each command, option and list of words, each with the command
/// that the line must have come to.
final class FishScript {

    private static final String SCRIPT =
            """
            # Completion for fish: gleaner completion fish | source
            function __gleaner_at
                set -l at
                for word in (commandline -opc)[2..]
                    switch "$at $word"
                        case %s
                            set at "$at $word"
                    end
                end
                test "$at" = "$argv"
            end
            complete -c gleaner -f
            """;

    private FishScript() {}

    static String of(List<Subcommand> all) {
        StringBuilder text = new StringBuilder();
        text.append(SCRIPT.formatted(Completion.places(all, " ")));
        all.forEach(each -> command(each, text));
        return text.toString();
    }

    private static void command(Subcommand command, StringBuilder text) {
        String here = "complete -c gleaner -n " + quoted("__gleaner_at " + quoted(command.at()));
        if (command.isGroup()) {
            for (Subcommand below : command.below()) {
                String what = Subcommand.brief(below.spec().usageMessage().description());
                text.append(here).append(" -a ").append(below.path().getLast());
                text.append(" -d ").append(quoted(what)).append('\n');
            }
        } else {
            String words = String.join(" ", command.words());
            if (!words.isEmpty()) {
                text.append(here).append(" -a ").append(quoted(words)).append('\n');
            }
            if (command.takesFiles()) {
                text.append(here).append(" -F\n");
            }
        }
        command.options().forEach(each -> option(command, each, here, text));
    }

    private static void option(
            Subcommand command, OptionSpec option, String here, StringBuilder text) {
        text.append(here);
        for (String name : option.names()) {
            text.append(
                    name.startsWith("--") ? " -l " + name.substring(2) : " -s " + name.charAt(1));
        }
        if (Subcommand.takesValue(option)) {
            text.append(Subcommand.isFile(option) ? " -r -F" : " -x");
            List<String> words = command.words(option);
            if (!words.isEmpty()) {
                text.append(" -a ").append(quoted(String.join(" ", words)));
            }
        }
        text.append(" -d ").append(quoted(Subcommand.brief(option.description()))).append('\n');
    }

    /// Fish knows two escapes within quotes.
    private static String quoted(String text) {
        return text.chars()
                .mapToObj(c -> c == '\'' || c == '\\' ? "\\" + (char) c : String.valueOf((char) c))
                .collect(Collectors.joining("", "'", "'"));
    }
}
