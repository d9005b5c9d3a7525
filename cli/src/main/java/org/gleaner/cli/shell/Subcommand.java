package org.gleaner.cli.shell;

import java.nio.file.Path;
import java.util.ArrayList;
import java.util.Arrays;
import java.util.IllegalFormatException;
import java.util.LinkedHashSet;
import java.util.List;
import java.util.Map;
import java.util.stream.Collectors;
import java.util.stream.Stream;
import org.gleaner.lab.choice.Choice;
import picocli.CommandLine;
import picocli.CommandLine.Model.ArgSpec;
import picocli.CommandLine.Model.CommandSpec;
import picocli.CommandLine.Model.OptionSpec;
import picocli.CommandLine.Model.PositionalParamSpec;

/// A command as a shell sees it.
///
/// @param path the words that lead to it, without the name of the program; empty for the program
/// @param known words that may stand for an option's value or a parameter, by its name or label,
///     such as `--lru` or `NAME`
record Subcommand(List<String> path, CommandSpec spec, Map<String, List<String>> known) {

    private static final int SHORT = 72;

    /// Every command of a program, each before those below it.
    static List<Subcommand> all(CommandLine program, Map<String, List<String>> known) {
        List<Subcommand> all = new ArrayList<>();
        add(all, List.of(), program, known);
        return all;
    }

    private static void add(
            List<Subcommand> all,
            List<String> path,
            CommandLine command,
            Map<String, List<String>> known) {
        all.add(new Subcommand(path, command.getCommandSpec(), known));
        // A command may be registered under several names; one is enough.
        for (CommandLine each : new LinkedHashSet<>(command.getSubcommands().values())) {
            List<String> below =
                    Stream.concat(path.stream(), Stream.of(each.getCommandName())).toList();
            add(all, below, each, known);
        }
    }

    /// Its words, each after a space: what the scripts build as they read a line.
    String at() {
        return path.stream().map(word -> " " + word).collect(Collectors.joining());
    }

    boolean isGroup() {
        return !spec.subcommands().isEmpty();
    }

    /// The commands right below this one, by their names.
    List<Subcommand> below() {
        return all(spec.commandLine(), known).stream()
                .filter(each -> each.path.size() == 1)
                .toList();
    }

    List<OptionSpec> options() {
        return spec.options().stream().filter(option -> !option.hidden()).toList();
    }

    List<PositionalParamSpec> parameters() {
        return spec.positionalParameters();
    }

    /// What may stand for an argument, as far as that can be listed.
    List<String> words(ArgSpec argument) {
        Class<?> type = argument.auxiliaryTypes()[0];
        if (type.isEnum() && Choice.class.isAssignableFrom(type)) {
            return Arrays.stream(type.getEnumConstants())
                    .map(constant -> ((Choice) constant).label())
                    .toList();
        }
        String name =
                argument instanceof OptionSpec option
                        ? option.longestName()
                        : argument.paramLabel();
        return known.getOrDefault(name, List.of());
    }

    /// All that may stand for a parameter of this command.
    List<String> words() {
        return isGroup()
                ? below().stream().map(each -> each.path.getLast()).toList()
                : parameters().stream().flatMap(each -> words(each).stream()).toList();
    }

    boolean takesFiles() {
        return parameters().stream().anyMatch(Subcommand::isFile);
    }

    /// Whether a file may stand for it: those that a command reads itself are of type [Path]; those
    /// that may also be a name are words.
    static boolean isFile(ArgSpec argument) {
        return argument.auxiliaryTypes()[0] == Path.class
                || argument.paramLabel().matches("(TRACE|SCENARIO|FILE|TABLE)(\\..*)?");
    }

    /// Whether the next word belongs to an option.
    static boolean takesValue(OptionSpec option) {
        return option.arity().min() > 0;
    }

    /// What a command or an argument is for, on one line.
    static String brief(String... description) {
        String text = plain(description);
        int end = text.indexOf(". ");
        String first = end < 0 ? text : text.substring(0, end);
        first = first.split(" \\(default: ")[0];
        if (first.length() > SHORT) {
            first = first.substring(0, first.lastIndexOf(' ', SHORT)) + " ...";
        }
        return first.replaceAll("[.:]$", "");
    }

    /// A description as picocli prints it, without its line breaks.
    static String plain(String... description) {
        return Arrays.stream(description)
                .map(Subcommand::formatted)
                .collect(Collectors.joining(" "))
                .replaceAll("\\s+", " ")
                .strip();
    }

    /// A description may hold `%n` and `%%`. One that is no format is taken as it stands.
    static String formatted(String text) {
        try {
            return String.format(text);
        } catch (IllegalFormatException e) {
            return text;
        }
    }
}
