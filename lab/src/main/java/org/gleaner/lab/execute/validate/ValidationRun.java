package org.gleaner.lab.execute.validate;

import java.util.ArrayList;
import java.util.LinkedHashMap;
import java.util.List;
import java.util.Locale;
import java.util.Map;
import java.util.Objects;
import java.util.TreeMap;
import java.util.function.Function;
import java.util.function.ToLongFunction;
import java.util.stream.Stream;
import org.gleaner.lab.BadInput;
import org.gleaner.lab.Progress;
import org.gleaner.lab.choice.Choice;
import org.gleaner.lab.choice.EngineChoice;
import org.gleaner.lab.choice.Kernel;
import org.gleaner.lab.choice.PageSizeChoice;
import org.gleaner.lab.choice.Stage2Choice;
import org.gleaner.lab.execute.host.Support;
import org.gleaner.lab.execute.parallel.ParallelRuns;
import org.gleaner.lab.run.Completeness;
import org.gleaner.lab.run.HostChoices;
import org.gleaner.lab.run.ReplayExecutor;
import org.gleaner.lab.run.ReplayRequest;
import org.gleaner.lab.run.ReplayResult;
import org.gleaner.lab.run.Stage2;
import org.gleaner.lab.run.ValidationRequest;
import org.gleaner.lab.run.ValidationResult;
import org.gleaner.lab.run.ValidationResult.Comparison;
import org.gleaner.lab.run.ValidationResult.Row;
import org.gleaner.lab.run.ValidationResult.Share;
import org.gleaner.lab.run.ValidationResult.Status;
import org.gleaner.lab.trace.Trace;
import org.gleaner.lab.validate.Band;
import org.gleaner.lab.validate.Cell;
import org.gleaner.lab.validate.RealRuns;
import org.gleaner.lab.validate.ReclaimCounter;
import org.gleaner.lab.validate.Stage2Counter;
import org.jspecify.annotations.Nullable;

/// Replays every cell of a table of real runs, on all cores, and holds the counts against the real
/// ones.
public final class ValidationRun {

    /// One replay of a cell: its counters, or why there are none.
    private record Replayed(
            int cell,
            Map<String, Long> vmstat,
            @Nullable Stage2 stage2,
            @Nullable String refusal,
            @Nullable String kill) {}

    private final ValidationRequest request;
    private final ReplayExecutor executor;

    private ValidationRun(ValidationRequest request, ReplayExecutor executor) {
        this.request = request;
        this.executor = executor;
    }

    /// Runs the replays that the cells need.
    ///
    /// @param executor of each replay; called by several threads at once
    public static ValidationResult run(
            ValidationRequest request, ReplayExecutor executor, Progress progress) {
        return new ValidationRun(request, executor).run(progress);
    }

    private ValidationResult run(Progress progress) {
        long start = System.nanoTime();
        List<ParallelRuns.Task<Replayed>> tasks = new ArrayList<>();
        long accesses = 0;
        for (int i = 0; i < request.cells().size(); i++) {
            accesses += request.seeds().size() * request.cells().get(i).accesses();
            int cell = i;
            for (long seed : request.seeds()) {
                tasks.add(meter -> replay(cell, seed, meter));
            }
        }
        int threads = Support.runsAtOnce(EngineChoice.VIRTUAL);
        String name = "validate " + request.table().getFileName();
        Map<Integer, List<Replayed>> replays = new TreeMap<>();
        if (!tasks.isEmpty()) {
            var outcome = ParallelRuns.run(name, tasks, accesses, true, threads, progress);
            outcome.finished()
                    .forEach(each ->
                            replays.computeIfAbsent(each.cell(), _ -> new ArrayList<>()).add(each));
        }
        List<Row> rows = rows(replays);
        return new ValidationResult(
                request.table().toString(),
                request.seeds(),
                ReclaimCounter.BOUND,
                Completeness.of(
                        names(request.cells().stream().map(RealRuns::cell)),
                        names(rows.stream().map(Row::cell))),
                rows,
                summary(rows),
                failures(request.cells().size(), rows),
                (System.nanoTime() - start) / 1e9);
    }

    private static List<String> names(Stream<Cell> cells) {
        return cells.map(Cell::toString).toList();
    }

    private Replayed replay(int index, long seed, ParallelRuns.Meter meter) {
        Cell cell = request.cells().get(index).cell();
        Trace trace = Objects.requireNonNull(request.traces().get(cell.trace()), cell.trace());
        String unplayable = cell.machine().refusal();
        if (unplayable != null) {
            meter.finish(trace.length());
            return new Replayed(index, Map.of(), null, unplayable, null);
        }
        try {
            ReplayResult result = executor.run(request(cell, trace, seed), meter.progress());
            String kill = result.oomKill() ? result.failures().getFirst() : null;
            return new Replayed(index, result.vmstat(), result.stage2(), null, kill);
        } catch (BadInput bad) {
            return new Replayed(index, Map.of(), null, bad.getMessage(), null);
        } finally {
            meter.finish(trace.length());
        }
    }

    private static ReplayRequest request(Cell cell, Trace trace, long seed) {
        Kernel kernel = Choice.of(Kernel.class, cell.kernel());
        PageSizeChoice page = Objects.requireNonNull(cell.machine().pageSizeChoice());
        return new ReplayRequest(
                trace,
                cell.memoryPages(),
                new HostChoices(
                        HostChoices.Reclaimer.released(kernel, cell.lru(), cell.lruGen()),
                        new HostChoices.Memory(cell.through(), cell.backing(), cell.hugePages()),
                        new HostChoices.SwapSpace(
                                cell.swapDevice(),
                                ReplayRequest.ampleSwap(trace, page),
                                cell.pageCluster()),
                        new HostChoices.Processor(
                                Objects.requireNonNull(cell.machine().choice()),
                                cell.machine().hardwareAccessed(),
                                Stage2Choice.PLAIN,
                                page),
                        EngineChoice.VIRTUAL,
                        seed),
                cell.ageEvery());
    }

    /// Rows of all cells whose replays were all finished.
    private List<Row> rows(Map<Integer, List<Replayed>> replays) {
        List<Row> rows = new ArrayList<>();
        for (int i = 0; i < request.cells().size(); i++) {
            RealRuns real = request.cells().get(i);
            List<Replayed> ours = replays.getOrDefault(i, List.of());
            if (ours.size() == request.seeds().size()) {
                rows.add(row(real, ours));
            }
        }
        return rows;
    }

    private static Row row(RealRuns real, List<Replayed> ours) {
        for (Replayed each : ours) {
            if (each.refusal() != null) {
                return notCompared(real, Status.REFUSED, each.refusal());
            }
            if (each.kill() != null) {
                return notCompared(real, Status.OUTSIDE, each.kill());
            }
        }
        Map<String, Comparison> counters = new LinkedHashMap<>();
        real.bands()
                .forEach((counter, band) -> {
                    String name = counter.statName();
                    counters.put(
                            name,
                            compare(band, ours, each -> each.vmstat().getOrDefault(name, 0L)));
                });
        Map<String, Comparison> stage2 = new LinkedHashMap<>();
        real.secondStage()
                .forEach((counter, band) ->
                        stage2.put(
                                counter.statName(),
                                compare(band, ours, each -> count(counter, each.stage2()))));
        Row row = new Row(real.cell(), real.runs(), Status.WITHIN, null, counters, stage2);
        return failures(row).isEmpty() ? row : row.outside();
    }

    private static Row notCompared(RealRuns real, Status status, String reason) {
        return new Row(real.cell(), real.runs(), status, reason, Map.of(), Map.of());
    }

    private static long count(Stage2Counter counter, @Nullable Stage2 counts) {
        if (counts == null) {
            return 0;
        }
        return switch (counter) {
            case TRANSLATION_FAULTS -> counts.translationFaults();
            case ACCESS_FAULTS -> counts.accessFaults();
            case AGE_CALLS -> counts.ageCalls();
            case UNMAP_CALLS -> counts.unmapCalls();
        };
    }

    private static Comparison compare(
            Band band, List<Replayed> ours, ToLongFunction<Replayed> count) {
        return Comparison.of(band, ours.stream().mapToLong(count).boxed().toList());
    }

    private static List<Share> summary(List<Row> rows) {
        List<Share> shares = new ArrayList<>();
        for (ReclaimCounter counter : ReclaimCounter.values()) {
            share(shares, counter.statName(), counter.marks(), rows, Row::counters);
        }
        for (Stage2Counter counter : Stage2Counter.values()) {
            if (rows.stream().anyMatch(row -> !row.stage2().isEmpty())) {
                share(shares, counter.statName(), counter.marks(), rows, Row::stage2);
            }
        }
        return shares;
    }

    private static void share(
            List<Share> shares,
            String name,
            List<Integer> marks,
            List<Row> rows,
            Function<Row, Map<String, Comparison>> counters) {
        List<Comparison> compared =
                rows.stream()
                        .map(row -> counters.apply(row).get(name))
                        .filter(Objects::nonNull)
                        .toList();
        for (int mark : marks) {
            long within = compared.stream().filter(c -> Math.abs(c.errorPercent()) <= mark).count();
            shares.add(new Share(name, mark, Math.toIntExact(within), compared.size()));
        }
    }

    private static List<String> failures(int asked, List<Row> rows) {
        List<String> failures = new ArrayList<>();
        if (rows.size() == asked && rows.stream().allMatch(row -> row.counters().isEmpty())) {
            failures.add("no row could be compared");
        }
        for (Row row : rows) {
            if (row.status() == Status.OUTSIDE && row.reason() != null) {
                failures.add(row.cell() + ": " + row.reason());
            }
            failures.addAll(failures(row));
        }
        return failures;
    }

    /// A line for each bound counter of the row that is out of its bound.
    private static List<String> failures(Row row) {
        List<String> failures = new ArrayList<>();
        for (ReclaimCounter counter : ReclaimCounter.values()) {
            if (counter.isBound()) {
                fail(failures, row, counter.statName(), row.counters());
            }
        }
        for (Stage2Counter counter : Stage2Counter.values()) {
            if (counter.isBound()) {
                fail(failures, row, counter.statName(), row.stage2());
            }
        }
        return failures;
    }

    private static void fail(
            List<String> failures, Row row, String name, Map<String, Comparison> counters) {
        Comparison each = counters.get(name);
        if (each != null && Math.abs(each.errorPercent()) > ReclaimCounter.BOUND) {
            failures.add(
                    String.format(
                            Locale.ROOT,
                            "%s: %s %d is %+.1f %% outside %d to %d",
                            row.cell(),
                            name,
                            each.median(),
                            each.errorPercent(),
                            each.least(),
                            each.most()));
        }
    }
}
