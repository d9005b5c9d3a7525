package org.gleaner.lab.scenario;

import java.nio.file.Files;
import java.nio.file.Path;
import java.util.List;
import java.util.regex.Matcher;
import java.util.regex.Pattern;
import org.gleaner.lab.BadInput;
import org.gleaner.lab.Nearest;

/// A scenario that comes with Gleaner, as the comment at its head says of itself.
///
/// @param name such as `neighbours`
/// @param question that it answers
/// @param takes how long a run of it takes, such as `20 s at 1/64`
public record BundledScenario(String name, String question, String takes) {

    private static final String SCHEMA = "# yaml-language-server: $schema=";
    private static final Pattern TAKES = Pattern.compile("(?m)^# Takes (.+?),.*$");

    /// All of them, the default first.
    public static List<BundledScenario> all() {
        return ScenarioReader.BUNDLED.stream().map(BundledScenario::of).toList();
    }

    /// The one of that name.
    ///
    /// @throws BadInput if there is none
    public static BundledScenario named(String name) {
        if (!ScenarioReader.BUNDLED.contains(name)) {
            throw new BadInput(
                    name, "no bundled scenario", Nearest.mend(name, ScenarioReader.BUNDLED));
        }
        return of(name);
    }

    private static BundledScenario of(String name) {
        String text = ScenarioReader.text(name);
        return new BundledScenario(name, found(question(name), text), found(TAKES, text));
    }

    private static Pattern question(String name) {
        return Pattern.compile("(?m)^# " + name + ": (.+)$");
    }

    private static String found(Pattern line, String text) {
        Matcher matcher = line.matcher(text);
        if (!matcher.find()) {
            throw new IllegalStateException("no line like " + line);
        }
        return matcher.group(1);
    }

    /// The file, comments and all. Its first line tells editors where the schema is: in the source
    /// that is a path from its own place, which elsewhere would lead nowhere.
    ///
    /// @param schema of this installation; without it the line is left out
    public String text(Path schema) {
        String text = ScenarioReader.text(name);
        int end = text.indexOf('\n') + 1;
        String line =
                Files.exists(schema) ? SCHEMA + schema.toAbsolutePath().normalize().toUri() : "";
        return (line.isEmpty() ? "" : line + "\n") + text.substring(end);
    }
}
