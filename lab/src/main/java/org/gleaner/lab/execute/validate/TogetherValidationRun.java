package org.gleaner.lab.execute.validate;

import java.util.ArrayList;
import java.util.LinkedHashMap;
import java.util.List;
import java.util.Locale;
import java.util.Map;
import java.util.Objects;
import java.util.TreeMap;
import java.util.stream.Stream;
import org.gleaner.lab.BadInput;
import org.gleaner.lab.Progress;
import org.gleaner.lab.choice.ArchChoice;
import org.gleaner.lab.choice.Choice;
import org.gleaner.lab.choice.EngineChoice;
import org.gleaner.lab.choice.Kernel;
import org.gleaner.lab.choice.PageSizeChoice;
import org.gleaner.lab.choice.Stage2Choice;
import org.gleaner.lab.choice.SwapDeviceChoice;
import org.gleaner.lab.choice.Thp;
import org.gleaner.lab.execute.host.Support;
import org.gleaner.lab.execute.parallel.ParallelRuns;
import org.gleaner.lab.execute.together.TurnsRun;
import org.gleaner.lab.run.Completeness;
import org.gleaner.lab.run.HostChoices;
import org.gleaner.lab.run.ReplayRequest;
import org.gleaner.lab.run.TogetherValidationRequest;
import org.gleaner.lab.run.TogetherValidationResult;
import org.gleaner.lab.run.TogetherValidationResult.Row;
import org.gleaner.lab.run.TurnsRequest;
import org.gleaner.lab.run.TurnsResult;
import org.gleaner.lab.run.ValidationResult.Comparison;
import org.gleaner.lab.run.ValidationResult.Share;
import org.gleaner.lab.run.ValidationResult.Status;
import org.gleaner.lab.trace.Trace;
import org.gleaner.lab.validate.Band;
import org.gleaner.lab.validate.ReclaimCounter;
import org.gleaner.lab.validate.TogetherCell;
import org.gleaner.lab.validate.TogetherRuns;
import org.gleaner.mm.memcg.Memcg;
import org.jspecify.annotations.Nullable;

/// Replays every cell of a table of traces together, on all cores, and holds what each one's cgroup
/// counted, and all of them, against the real kernel's counts.
public final class TogetherValidationRun {
    private static final ReclaimCounter BOUND = ReclaimCounter.PGMAJFAULT;

    /// How far outside its band a single trace's count may be, in percent: those of several traces
    /// under one limit move against each other.
    private static final int BOUND_OF_EACH = 10;

    /// One replay of a cell, or why there is none.
    private record Replayed(int cell, @Nullable TurnsResult result, @Nullable String refusal) {}

    private final TogetherValidationRequest request;

    private TogetherValidationRun(TogetherValidationRequest request) {
        this.request = request;
    }

    /// Runs the replays that the cells need.
    public static TogetherValidationResult run(
            TogetherValidationRequest request, Progress progress) {
        return new TogetherValidationRun(request).run(progress);
    }

    private TogetherValidationResult run(Progress progress) {
        long start = System.nanoTime();
        List<ParallelRuns.Task<Replayed>> tasks = new ArrayList<>();
        long accesses = 0;
        for (int i = 0; i < request.cells().size(); i++) {
            int cell = i;
            accesses += request.seeds().size() * accesses(cell);
            for (long seed : request.seeds()) {
                tasks.add(meter -> replay(cell, seed, meter));
            }
        }
        int threads = Support.runsAtOnce(EngineChoice.VIRTUAL);
        String name = "validate " + request.table().getFileName();
        Map<Integer, List<Replayed>> replays = new TreeMap<>();
        ParallelRuns.run(name, tasks, accesses, true, threads, progress)
                .finished()
                .forEach(each ->
                        replays.computeIfAbsent(each.cell(), _ -> new ArrayList<>()).add(each));
        List<Row> rows = rows(replays);
        return new TogetherValidationResult(
                request.table().toString(),
                request.seeds(),
                ReclaimCounter.BOUND,
                BOUND_OF_EACH,
                Completeness.of(
                        names(request.cells().stream().map(TogetherRuns::cell)),
                        names(rows.stream().map(Row::cell))),
                rows,
                summary(rows),
                failures(rows),
                (System.nanoTime() - start) / 1e9);
    }

    private static List<String> names(Stream<TogetherCell> cells) {
        return cells.map(TogetherCell::toString).toList();
    }

    private long accesses(int cell) {
        List<Long> each = request.cells().get(cell).accesses();
        return each.stream().mapToLong(Long::longValue).sum();
    }

    private Replayed replay(int index, long seed, ParallelRuns.Meter meter) {
        TogetherCell cell = request.cells().get(index).cell();
        try {
            return new Replayed(index, TurnsRun.run(request(cell, seed), meter.progress()), null);
        } catch (BadInput bad) {
            return new Replayed(index, null, bad.getMessage());
        } finally {
            meter.finish(accesses(index));
        }
    }

    private TurnsRequest request(TogetherCell cell, long seed) {
        Kernel kernel = Choice.of(Kernel.class, cell.kernel());
        List<TurnsRequest.Guest> guests = new ArrayList<>();
        long touched = 0;
        for (int i = 0; i < cell.traces().size(); i++) {
            String name = cell.traces().get(i);
            Trace trace = Objects.requireNonNull(request.traces().get(name), name);
            touched += trace.distinctPages();
            guests.add(
                    new TurnsRequest.Guest(
                            trace,
                            limit(cell.high().get(i)),
                            cell.low().get(i),
                            limit(cell.max().get(i))));
        }
        PageSizeChoice page = PageSizeChoice.KIB_4;
        return new TurnsRequest(
                guests,
                cell.memoryPages(),
                cell.turn(),
                new HostChoices(
                        HostChoices.Reclaimer.released(kernel, cell.lru(), cell.lruGen()),
                        new HostChoices.Memory(cell.through(), cell.backing(), Thp.NEVER),
                        new HostChoices.SwapSpace(
                                SwapDeviceChoice.ZRAM,
                                Math.max(ReplayRequest.leastSwap(page), 3 * touched),
                                0),
                        new HostChoices.Processor(ArchChoice.X86, true, Stage2Choice.PLAIN, page),
                        EngineChoice.VIRTUAL,
                        seed));
    }

    private static long limit(long pages) {
        return pages == 0 ? Memcg.UNLIMITED : pages;
    }

    /// Rows of all cells whose replays were all finished.
    private List<Row> rows(Map<Integer, List<Replayed>> replays) {
        List<Row> rows = new ArrayList<>();
        for (int i = 0; i < request.cells().size(); i++) {
            List<Replayed> ours = replays.getOrDefault(i, List.of());
            if (ours.size() == request.seeds().size()) {
                rows.add(row(request.cells().get(i), ours));
            }
        }
        return rows;
    }

    private static Row row(TogetherRuns real, List<Replayed> ours) {
        List<TurnsResult> results = new ArrayList<>();
        for (Replayed each : ours) {
            TurnsResult result = each.result();
            if (result == null) {
                return notCompared(real, Status.REFUSED, String.valueOf(each.refusal()));
            }
            if (!result.failures().isEmpty()) {
                return notCompared(real, Status.OUTSIDE, result.failures().getFirst());
            }
            results.add(result);
        }
        List<Map<String, Comparison>> guests = new ArrayList<>();
        for (int i = 0; i < real.guests().size(); i++) {
            guests.add(compared(real.guests().get(i), results, i, i + 1));
        }
        Map<String, Comparison> all = compared(real.all(), results, 0, real.guests().size());
        boolean within =
                guests.stream().noneMatch(each -> isOutside(each, BOUND_OF_EACH))
                        && !isOutside(all, ReclaimCounter.BOUND);
        return new Row(
                real.cell(),
                real.runs(),
                within ? Status.WITHIN : Status.OUTSIDE,
                null,
                guests,
                all);
    }

    private static Row notCompared(TogetherRuns real, Status status, String reason) {
        return new Row(real.cell(), real.runs(), status, reason, List.of(), Map.of());
    }

    /// What traces `[from, to)` counted together, each counter beside its band.
    private static Map<String, Comparison> compared(
            Map<ReclaimCounter, Band> bands, List<TurnsResult> ours, int from, int to) {
        Map<String, Comparison> counters = new LinkedHashMap<>();
        bands.forEach((counter, band) -> {
            String name = counter.statName();
            List<Long> counts =
                    ours.stream()
                            .map(each -> each.guests().subList(from, to))
                            .map(guests -> sum(guests, name))
                            .toList();
            counters.put(name, Comparison.of(band, counts));
        });
        return counters;
    }

    private static long sum(List<Map<String, Long>> guests, String counter) {
        return guests.stream().mapToLong(guest -> guest.getOrDefault(counter, 0L)).sum();
    }

    private static boolean isOutside(Map<String, Comparison> counters, int percent) {
        Comparison bound = counters.get(BOUND.statName());
        return bound != null && Math.abs(bound.errorPercent()) > percent;
    }

    private static List<Share> summary(List<Row> rows) {
        List<Share> shares = new ArrayList<>();
        List<Comparison> each =
                rows.stream()
                        .flatMap(row -> row.guests().stream())
                        .map(counters -> counters.get(BOUND.statName()))
                        .filter(Objects::nonNull)
                        .toList();
        List<Comparison> all =
                rows.stream()
                        .map(row -> row.all().get(BOUND.statName()))
                        .filter(Objects::nonNull)
                        .toList();
        share(shares, BOUND.statName() + " of each", each, List.of(2, 5, BOUND_OF_EACH));
        share(shares, BOUND.statName() + " of all", all, BOUND.marks());
        return shares;
    }

    private static void share(
            List<Share> shares, String name, List<Comparison> compared, List<Integer> marks) {
        for (int mark : marks) {
            long within = compared.stream().filter(c -> Math.abs(c.errorPercent()) <= mark).count();
            shares.add(new Share(name, mark, Math.toIntExact(within), compared.size()));
        }
    }

    private static List<String> failures(List<Row> rows) {
        List<String> failures = new ArrayList<>();
        if (!rows.isEmpty() && rows.stream().allMatch(row -> row.guests().isEmpty())) {
            failures.add("no row could be compared");
        }
        for (Row row : rows) {
            if (row.status() == Status.OUTSIDE && row.reason() != null) {
                failures.add(row.cell() + ": " + row.reason());
            }
            for (int i = 0; i < row.guests().size(); i++) {
                fail(failures, row, row.cell().traces().get(i), row.guests().get(i), BOUND_OF_EACH);
            }
            fail(failures, row, "all", row.all(), ReclaimCounter.BOUND);
        }
        return failures;
    }

    private static void fail(
            List<String> failures,
            Row row,
            String who,
            Map<String, Comparison> counters,
            int percent) {
        Comparison bound = counters.get(BOUND.statName());
        if (bound != null && isOutside(counters, percent)) {
            failures.add(
                    String.format(
                            Locale.ROOT,
                            "%s: %s of %s %d is %+.1f %% outside %d to %d",
                            row.cell(),
                            BOUND.statName(),
                            who,
                            bound.median(),
                            bound.errorPercent(),
                            bound.least(),
                            bound.most()));
        }
    }
}
