package org.gleaner.cli;

import java.io.ByteArrayOutputStream;
import java.io.InputStream;
import java.io.PrintStream;
import java.nio.charset.StandardCharsets;
import java.nio.file.Path;
import java.time.Instant;
import java.util.ArrayList;
import java.util.Collections;
import java.util.List;
import java.util.Map;
import java.util.Objects;
import java.util.concurrent.atomic.AtomicBoolean;
import org.gleaner.lab.choice.AgingChoice;
import org.gleaner.lab.execute.Executors;
import org.gleaner.lab.report.ProgressBar;
import org.gleaner.lab.report.Provenance;
import org.gleaner.lab.run.AccessTrackingResult;
import org.gleaner.lab.run.ArchitecturesResult;
import org.gleaner.lab.run.Completeness;
import org.gleaner.lab.run.Course;
import org.gleaner.lab.run.DemandPagingResult;
import org.gleaner.lab.run.DirtyLogPerfResult;
import org.gleaner.lab.run.MaxGuestMemoryResult;
import org.gleaner.lab.run.MmuStressResult;
import org.gleaner.lab.run.NeighboursResult;
import org.gleaner.lab.run.PfnDesignsResult;
import org.gleaner.lab.run.ReplayRequest;
import org.gleaner.lab.run.ReplayResult;
import org.gleaner.lab.run.ScenarioRequest;
import org.gleaner.lab.run.TortureRequest;
import org.gleaner.lab.run.TortureResult;
import org.jspecify.annotations.Nullable;

/// One run of the command line with what it printed, against executors that record what they are
/// asked.
final class Session {

    final List<ReplayRequest> replays = Collections.synchronizedList(new ArrayList<>());
    final List<ScenarioRequest<?>> scenarios = Collections.synchronizedList(new ArrayList<>());
    final List<TortureRequest> tortures = new ArrayList<>();
    final AtomicBoolean interrupted = new AtomicBoolean();

    /// What happens when a replay is asked for, before its made-up result is given back.
    Runnable onReplay = () -> {};

    /// What a scenario's result says of itself.
    boolean complete = true;

    List<String> failures = List.of();

    /// Only this one's replays fail, if there are failures; null for every seed's.
    @Nullable Long failingSeed;

    boolean standardExecutors;

    /// Standard input.
    InputStream in = InputStream.nullInputStream();

    /// Of the installation, with its traces, its table of real runs and its schema.
    Path home;

    private final Path directory;
    private final ByteArrayOutputStream out = new ByteArrayOutputStream();
    private final ByteArrayOutputStream err = new ByteArrayOutputStream();

    /// @param directory for results and crashes, and the installation unless [#home] is set
    Session(Path directory) {
        this.directory = directory;
        home = directory;
    }

    int run(String... arguments) {
        Surroundings surroundings =
                new Surroundings(
                        new Surroundings.Streams(
                                in,
                                new PrintStream(out, true, StandardCharsets.UTF_8),
                                new PrintStream(err, true, StandardCharsets.UTF_8)),
                        new Surroundings.Places(
                                directory, true, directory.resolve("results"), home, directory),
                        new Surroundings.Following(
                                ProgressBar.Mode.LINES, interrupted::get, Watch.NONE),
                        standardExecutors ? Executors.standard() : executors(),
                        TraceShelf.NONE,
                        Provenance.of(List.of(arguments), Version.text(), Instant.EPOCH));
        return Gleaner.run(surroundings, arguments);
    }

    String out() {
        return out.toString(StandardCharsets.UTF_8);
    }

    String err() {
        return err.toString(StandardCharsets.UTF_8);
    }

    private Completeness completeness() {
        return complete ? Completeness.whole(3) : new Completeness(3, 1, List.of("after", "off"));
    }

    private Course course() {
        return new Course(completeness(), List.of(), failures, 1);
    }

    private Executors executors() {
        return new Executors(
                (request, _, _) -> {
                    onReplay.run();
                    replays.add(request);
                    Map<String, Long> vmstat = Map.of("pgmajfault", 41 + request.seed());
                    boolean well = failingSeed != null && failingSeed != request.seed();
                    return failures.isEmpty() || well
                            ? ReplayResult.of(request, vmstat, null, null, null, 0.5)
                            : ReplayResult.killed(request, vmstat, null, null, null, 0.5, 2);
                },
                (request, _) -> {
                    scenarios.add(request);
                    return new MaxGuestMemoryResult(request.setting(), List.of(), course());
                },
                (request, _) -> {
                    scenarios.add(request);
                    return new AccessTrackingResult(request.setting(), List.of(), course());
                },
                (request, _) -> {
                    scenarios.add(request);
                    return new MmuStressResult(request.setting(), List.of(), course());
                },
                (request, _) -> {
                    scenarios.add(request);
                    return new DirtyLogPerfResult(request.setting(), List.of(), course());
                },
                (request, _) -> {
                    scenarios.add(request);
                    return new DemandPagingResult(request.setting(), List.of(), course());
                },
                (request, _) -> {
                    scenarios.add(request);
                    return new NeighboursResult(request.setting(), List.of(), course());
                },
                (request, _) -> {
                    scenarios.add(request);
                    return new PfnDesignsResult(request.setting(), List.of(), course());
                },
                (request, _) -> {
                    scenarios.add(request);
                    return new ArchitecturesResult(request.setting(), List.of(), course());
                },
                (request, _) -> {
                    tortures.add(request);
                    AgingChoice design =
                            Objects.requireNonNullElse(request.aging(), AgingChoice.V1);
                    return new TortureResult(
                            request.seed(),
                            request.aging(),
                            true,
                            !complete,
                            List.of(
                                    new TortureResult.Design(
                                            design, 1, complete, 3, 1000, 10, 20, 5, 6, 7, 8, 1, 2,
                                            3)),
                            failures,
                            failures.isEmpty() ? null : "where it was",
                            request.seconds());
                });
    }
}
