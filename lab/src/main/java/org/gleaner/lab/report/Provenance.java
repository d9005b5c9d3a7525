package org.gleaner.lab.report;

import java.time.Instant;
import java.time.temporal.ChronoUnit;
import java.util.List;
import java.util.stream.Collectors;
import org.gleaner.lab.scenario.Scenario;
import org.jspecify.annotations.Nullable;

/// Where a result comes from: what a reader needs to make it again.
///
/// @param command as it was typed, with everything that was set
/// @param version of Gleaner and of Java
/// @param date when it was started, in UTC, by the second
/// @param scenario at full size, overrides included, as `gleaner run` reads it; null if none was
///     run
public record Provenance(String command, String version, String date, @Nullable Scenario scenario) {

    public static Provenance of(List<String> arguments, String version, Instant started) {
        String command =
                arguments.stream().map(Provenance::quoted).collect(Collectors.joining(" "));
        return new Provenance(
                ("gleaner " + command).strip(),
                version,
                started.truncatedTo(ChronoUnit.SECONDS).toString(),
                null);
    }

    /// The same for a run of `asked`.
    public Provenance with(Scenario asked) {
        return new Provenance(command, version, date, asked);
    }

    /// One line for people.
    public String line() {
        return command + " (" + version + ", " + date + ")";
    }

    /// As a shell would need it.
    private static String quoted(String argument) {
        return argument.matches("[\\w@%+=:,./-]+")
                ? argument
                : "'" + argument.replace("'", "'\\''") + "'";
    }
}
