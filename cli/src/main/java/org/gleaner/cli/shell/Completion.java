package org.gleaner.cli.shell;

import java.util.List;
import java.util.Map;
import java.util.stream.Collectors;
import picocli.CommandLine;

/// A shell that completes what is typed, with the script for it.
public enum Completion {
    /// Bash 3.2 and newer.
    BASH("bash-completion/completions/gleaner"),

    /// Zsh 5 and newer.
    ZSH("zsh/site-functions/_gleaner"),

    /// Fish 3 and newer.
    FISH("fish/vendor_completions.d/gleaner.fish");

    private final String place;

    Completion(String place) {
        this.place = place;
    }

    /// Where the shell looks for it, below a directory such as `/usr/share`.
    public String place() {
        return place;
    }

    /// The script.
    ///
    /// @param known words that may stand for an option's value or a parameter, by its name or
    ///     label, such as `--lru` or `NAME`
    public String of(CommandLine program, Map<String, List<String>> known) {
        List<Subcommand> all = Subcommand.all(program, known);
        return switch (this) {
            case BASH -> BashScript.of(all);
            case ZSH -> ZshScript.of(all);
            case FISH -> FishScript.of(all);
        };
    }

    /// The commands that a line may have come to, as alternatives of a pattern.
    static String places(List<Subcommand> all, String between) {
        return all.stream()
                .filter(each -> !each.path().isEmpty())
                .map(each -> quoted(each.at()))
                .collect(Collectors.joining(between));
    }

    /// Text that a shell takes as it stands.
    static String quoted(String text) {
        return "'" + text.replace("'", "'\\''") + "'";
    }
}
