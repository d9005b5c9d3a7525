package org.gleaner.fleet.point;

import java.io.ByteArrayOutputStream;
import java.io.PrintStream;
import java.nio.charset.StandardCharsets;
import java.nio.file.Path;
import java.time.Instant;
import java.util.ArrayList;
import java.util.List;
import java.util.Map;
import java.util.function.BooleanSupplier;
import org.gleaner.cli.ExitCodes;
import org.gleaner.cli.Gleaner;
import org.gleaner.cli.Surroundings;
import org.gleaner.cli.Version;
import org.gleaner.fleet.plan.Sweep;
import org.gleaner.lab.Cancelled;
import org.gleaner.lab.execute.Executors;
import org.gleaner.lab.execute.parallel.Cores;
import org.gleaner.lab.report.Provenance;
import tools.jackson.databind.JsonNode;
import tools.jackson.databind.json.JsonMapper;

/// Runs a point as the command that it is, and reads its document: so it is equal to what that
/// command prints, whoever runs it, but for the time that it took.
///
/// @param home of the installation, with the bundled traces in `traces`
/// @param executors what runs it
public record Command(Path home, Executors executors) {

    private static final JsonMapper MAPPER = new JsonMapper();
    private static final String SPEAKER = "gleaner: ";

    /// Runs it.
    ///
    /// @param words behind `gleaner`
    /// @return what it says, or why it was refused
    /// @throws Cancelled if that says so before it is finished
    public Answer run(List<String> words, BooleanSupplier cancelled) {
        List<String> all = new ArrayList<>(words);
        all.addAll(List.of("--json", "-q"));
        ByteArrayOutputStream out = new ByteArrayOutputStream();
        ByteArrayOutputStream err = new ByteArrayOutputStream();
        Surroundings surroundings =
                new Surroundings(
                        Surroundings.Streams.into(
                                new PrintStream(out, true, StandardCharsets.UTF_8),
                                new PrintStream(err, true, StandardCharsets.UTF_8)),
                        Surroundings.Places.of(home, false),
                        Surroundings.Following.silent(cancelled),
                        executors,
                        HeldTraces.OF_PROCESS,
                        Provenance.of(words, Version.ofGleaner(), Instant.EPOCH));
        int code = Cores.within(1, () -> Gleaner.run(surroundings, all.toArray(String[]::new)));
        if (code == ExitCodes.INTERRUPTED || cancelled.getAsBoolean()) {
            throw new Cancelled();
        }
        if (code == ExitCodes.INTERNAL) {
            throw new IllegalStateException(lastLine(err));
        }
        if (code != ExitCodes.DONE && code != ExitCodes.FAILED) {
            return new Answer(null, "", Map.of(), Map.of(), List.of(lastLine(err)));
        }
        return answer(out.toString(StandardCharsets.UTF_8));
    }

    private static Answer answer(String json) {
        JsonNode document = MAPPER.readTree(json);
        Leaves leaves = Leaves.of(document);
        List<String> failures = new ArrayList<>();
        document.path("failures").forEach(each -> failures.add(each.asString()));
        document.path("results")
                .forEach(result ->
                        result.path("failures").forEach(each -> failures.add(each.asString())));
        JsonNode scenario = document.path("scenario");
        String hash =
                scenario.isMissingNode()
                        ? ""
                        : Sweep.digest(scenario.toString().getBytes(StandardCharsets.UTF_8));
        JsonNode seed =
                document.path("seed").isNumber() ? document.path("seed") : scenario.path("seed");
        return new Answer(
                seed.isNumber() ? seed.longValue() : null,
                hash,
                leaves.figures(),
                leaves.curves(),
                failures);
    }

    /// Remarks come first, and the fault last.
    private static String lastLine(ByteArrayOutputStream err) {
        String line = err.toString(StandardCharsets.UTF_8).lines().reduce("", (_, last) -> last);
        return line.startsWith(SPEAKER) ? line.substring(SPEAKER.length()) : line;
    }
}
