package org.gleaner.lab.report;

import java.util.List;
import java.util.Objects;
import java.util.function.ToDoubleFunction;
import org.gleaner.lab.run.ArchitecturesResult;
import org.gleaner.lab.run.ArchitecturesResult.Run;

/// The same guest on different processors, a column for each.
final class ArchitecturesText {
    private static final double MILLIS = 1e3;
    private static final double MICROS = 1e-3;

    private final List<List<Run>> runs;
    private final Grid grid;

    private ArchitecturesText(List<List<Run>> runs) {
        this.runs = runs;
        grid = new Grid(runs.size());
    }

    /// What each spent on the rounds.
    static String summary(List<ArchitecturesResult> bySeed) {
        List<List<Run>> runs =
                BySeed.align(bySeed, ArchitecturesResult::runs, run -> run.configuration().name());
        return runs.isEmpty() ? "" : new ArchitecturesText(runs).table();
    }

    private String table() {
        grid.head("", i -> runs.get(i).getFirst().configuration().name());
        number("rounds, s", Run::roundSeconds);
        count("faults: major", run -> run.faults().major());
        count("  translation", run -> run.faults().translation());
        count("  access flag", run -> run.faults().accessFlag());
        count("  permission", run -> run.faults().permission());
        count("  retried", run -> run.faults().retries());
        number("stall, %", run -> run.stall().percent());
        number("  p50, us", run -> run.stall().p50Nanos() * MICROS);
        number("  p99, us", run -> run.stall().p99Nanos() * MICROS);
        number("aging pass, ms", run -> run.aging().passSeconds() * MILLIS);
        number("  a page, ns", run -> run.aging().passNanosPerPage());
        count("age calls", run -> run.aging().ageCalls());
        count("  that only test", run -> run.aging().testAgeCalls());
        grid.figure("  CPU, ms", i -> notifiers(runs.get(i)));
        count("mmu_lock, read", run -> run.readLocks().taken());
        count("  waited for", run -> run.readLocks().waits());
        number("  waits, ms", run -> run.readLocks().waitSeconds() * MILLIS);
        count("mmu_lock, write", run -> run.writeLocks().taken());
        count("  waited for", run -> run.writeLocks().waits());
        number("  waits, ms", run -> run.writeLocks().waitSeconds() * MILLIS);
        grid.figure("invalidated by", i -> how(runs.get(i).getFirst().invalidations().by()));
        count("  how often", run -> run.invalidations().count());
        number("  waits, ms", run -> run.invalidations().seconds() * MILLIS);
        count("unmap calls", run -> run.invalidations().unmapCalls());
        return grid.toString();
    }

    /// Which only virtual time has.
    private static String notifiers(List<Run> same) {
        List<Double> seconds =
                same.stream()
                        .map(run -> run.aging().notifierSeconds())
                        .filter(Objects::nonNull)
                        .toList();
        return seconds.isEmpty() ? "-" : Spread.of(seconds, each -> each * MILLIS).number();
    }

    /// In the processors' own words: inter-processor interrupts, distributed virtual memory.
    private static String how(String by) {
        return switch (by) {
            case "interrupt" -> "IPI";
            case "broadcast" -> "DVM";
            default -> by;
        };
    }

    private void count(String name, ToDoubleFunction<Run> count) {
        grid.figure(name, i -> Spread.of(runs.get(i), count).count());
    }

    private void number(String name, ToDoubleFunction<Run> number) {
        grid.figure(name, i -> Spread.of(runs.get(i), number).number());
    }
}
