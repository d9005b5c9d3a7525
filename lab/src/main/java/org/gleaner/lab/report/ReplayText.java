package org.gleaner.lab.report;

import java.nio.charset.Charset;
import java.util.ArrayList;
import java.util.List;
import java.util.Locale;
import java.util.Objects;
import java.util.function.Function;
import java.util.function.ToDoubleFunction;
import org.gleaner.lab.choice.EngineChoice;
import org.gleaner.lab.choice.PolicyChoice;
import org.gleaner.lab.choice.Stage2Choice;
import org.gleaner.lab.run.Factor;
import org.gleaner.lab.run.ReplayCaveats;
import org.gleaner.lab.run.ReplayComparison;
import org.gleaner.lab.run.ReplayRequest;
import org.gleaner.lab.run.ReplayResult;
import org.gleaner.lab.run.RunStatistics;
import org.gleaner.lab.run.Sampling;
import org.gleaner.lab.run.Seeded;
import org.gleaner.lab.sample.Interval;
import org.gleaner.lab.size.Size;
import org.jspecify.annotations.Nullable;

/// Replays as text for people: what they have in common in a line, then what differs, then what it
/// did.
public final class ReplayText {
    private static final int NOT_THE_TRACES = ReplayRequest.KERNEL_PAGES + ReplayRequest.OWN_PAGES;

    private static final int LINE = 80;

    /// What the guest feels: the counters that are told unless all are asked for.
    private static final List<String> FELT = List.of("pgmajfault", "pswpin", "pswpout");

    /// Something that was asked for.
    ///
    /// @param usual not worth a word if all have it
    private record Setting(
            String name, String usual, Function<Seeded<ReplayResult>, String> value) {

        static Setting of(String name, String usual, Function<ReplayResult, String> value) {
            return new Setting(name, usual, each -> value.apply(each.first()));
        }
    }

    private static final List<Setting> SETTINGS =
            List.of(
                    Setting.of("trace", "", ReplayResult::trace),
                    Setting.of("accesses", "", r -> Figures.count(r.accesses())),
                    Setting.of("distinct pages", "", ReplayText::distinct),
                    Setting.of("memory pages", "", ReplayText::memory),
                    Setting.of("sample", "-", ReplayText::sample),
                    Setting.of("kernel", "", r -> r.kernel().label()),
                    Setting.of("lru", "", ReplayText::lru),
                    Setting.of("through", "", r -> r.through().label()),
                    Setting.of("aging", "-", r -> r.aging() == null ? "-" : r.aging().label()),
                    Setting.of("backing", "", r -> r.backing().label()),
                    Setting.of("thp", "never", r -> r.thp().label()),
                    Setting.of("arch", "x86", r -> r.arch().label()),
                    Setting.of("hardware-af", "on", r -> r.hardwareAccessed() ? "on" : "off"),
                    Setting.of("stage 2", "plain", ReplayText::stage2),
                    Setting.of("page-size", "4KiB", r -> r.pageSize().label()),
                    Setting.of("swap", "", ReplayText::swap),
                    Setting.of("swappiness", "60", r -> Integer.toString(r.swappiness())),
                    Setting.of("page-cluster", "0", r -> Integer.toString(r.pageCluster())),
                    Setting.of("age-every", "0", r -> Figures.count(r.ageEvery())),
                    Setting.of("engine", "", r -> r.engine().label()),
                    new Setting("", "", Seeded::words));

    private final ReplayComparison comparison;
    private final List<Seeded<ReplayResult>> replays;
    private final StringBuilder text = new StringBuilder();

    private ReplayText(ReplayComparison comparison) {
        this.comparison = comparison;
        replays = comparison.replays();
    }

    /// @param verbose with all counters and settings
    /// @param charset that it is printed in
    public static String of(ReplayComparison comparison, boolean verbose, Charset charset) {
        ReplayText report = new ReplayText(comparison);
        report.line(comparison.completeness().line("replays"));
        ReplayCaveats.of(comparison.plan()).forEach(report::line);
        if (!comparison.replays().isEmpty()) {
            if (comparison.plan().compared() != null) {
                report.text.append(Difference.sentences(Difference.of(comparison)));
            }
            report.common(verbose);
            if (comparison.plan().curve()) {
                report.curves(charset);
            } else {
                report.differences();
            }
            if (verbose) {
                report.counters();
                report.statistics();
            }
            report.remarks(verbose);
        }
        return report.text.toString();
    }

    private void common(boolean verbose) {
        List<String> parts = new ArrayList<>();
        for (Setting setting : SETTINGS) {
            String value = setting.value().apply(replays.getFirst());
            if (!differs(setting) && (verbose || !value.equals(setting.usual()))) {
                parts.add((setting.name() + " " + value).strip());
            }
        }
        StringBuilder line = new StringBuilder();
        for (String part : parts) {
            if (!line.isEmpty() && line.length() + part.length() + 3 > LINE) {
                line(line + ",");
                line.setLength(0);
            }
            line.append(line.isEmpty() ? "" : ", ").append(part);
        }
        line(line.toString());
        text.append('\n');
    }

    private boolean differs(Setting setting) {
        return replays.stream().map(setting.value()).distinct().count() > 1;
    }

    private void differences() {
        Grid grid = new Grid(replays.size());
        List<Setting> different = SETTINGS.stream().filter(this::differs).toList();
        for (Setting setting : different) {
            grid.head(setting.name(), i -> setting.value().apply(replays.get(i)));
        }
        if (different.isEmpty()) {
            grid.head("", i -> String.valueOf(replays.get(i).name()));
        }
        if (replays.stream().allMatch(each -> each.first().machineSeconds() != null)) {
            ToDoubleFunction<ReplayResult> seconds =
                    r -> Objects.requireNonNull(r.machineSeconds());
            grid.figure(whoseSeconds(), i -> spread(i, seconds).number());
            ratios(grid, seconds);
        }
        for (String counter : FELT) {
            ToDoubleFunction<ReplayResult> count = r -> r.vmstat().getOrDefault(counter, 0L);
            grid.figure(counter, i -> spread(i, count).count());
            if (comparison.plan().sample() != null && counter.equals(FELT.getFirst())) {
                grid.figure("  band", i -> band(i, Sampling::pgmajfault));
            }
            ratios(grid, count);
        }
        for (PolicyChoice policy : comparison.plan().policies()) {
            grid.figure(policy.label() + " misses", i -> misses(replays.get(i).first(), policy));
            if (comparison.plan().sample() != null) {
                grid.figure("  band", i -> band(i, each -> each.misses(policy)));
            }
        }
        text.append(grid);
    }

    private String band(int replay, Function<Sampling, @Nullable Interval> of) {
        Sampling sample = replays.get(replay).first().sample();
        Interval band = sample == null ? null : of.apply(sample);
        return band == null ? "-" : Figures.range(band);
    }

    private static String misses(ReplayResult replay, PolicyChoice policy) {
        Long count = replay.misses() == null ? null : replay.misses().get(policy.label());
        return count == null ? "-" : Figures.count(count);
    }

    private String whoseSeconds() {
        boolean guest = replays.stream().anyMatch(each -> each.first().aging() != null);
        return guest ? "guest s" : "task s";
    }

    private void curves(Charset charset) {
        List<Long> distinct =
                comparison.groups(Factor.MEMORY).stream()
                        .map(group -> group.getFirst().replay().first().distinctPages())
                        .toList();
        text.append(CurveText.of(CurveSeries.of(comparison), whoseSeconds(), distinct, charset));
    }

    private Spread spread(int replay, ToDoubleFunction<ReplayResult> figure) {
        return Spread.of(replays.get(replay).bySeed(), figure);
    }

    /// How many times the figure of the first replay of the same trace each is; of real threads
    /// that would be a figure of this machine's scheduler.
    private void ratios(Grid grid, ToDoubleFunction<ReplayResult> figure) {
        boolean some = replays.stream().anyMatch(each -> !baseline(each).equals(each));
        if (some && !onThreads()) {
            grid.figure("  / first", i -> ratio(replays.get(i), figure));
        }
    }

    private static String ratio(
            Seeded<ReplayResult> of,
            Seeded<ReplayResult> to,
            ToDoubleFunction<ReplayResult> figure) {
        List<Double> bySeed = new ArrayList<>();
        for (int i = 0; i < of.seeds().size(); i++) {
            int other = to.seeds().indexOf(of.seeds().get(i));
            double base = other < 0 ? 0 : figure.applyAsDouble(to.bySeed().get(other));
            if (base > 0) {
                bySeed.add(figure.applyAsDouble(of.bySeed().get(i)) / base);
            }
        }
        return bySeed.isEmpty() ? "-" : Spread.of(bySeed, each -> each).number();
    }

    private String ratio(Seeded<ReplayResult> of, ToDoubleFunction<ReplayResult> figure) {
        Seeded<ReplayResult> base = baseline(of);
        return base.equals(of) ? "1" : ratio(of, base, figure);
    }

    private Seeded<ReplayResult> baseline(Seeded<ReplayResult> of) {
        return replays.stream()
                .filter(each -> each.first().trace().equals(of.first().trace()))
                .findFirst()
                .orElse(of);
    }

    private void counters() {
        TextTable table =
                Counters.table(
                        "counters",
                        replays.stream().map(each -> String.valueOf(each.name())).toList());
        for (String counter : replays.getFirst().first().vmstat().keySet()) {
            Counters.row(
                    table,
                    counter,
                    replays,
                    each ->
                            Spread.of(each.bySeed(), r -> r.vmstat().getOrDefault(counter, 0L))
                                    .count());
        }
        text.append('\n').append(table);
    }

    /// Who waited for what, replay by replay.
    private void statistics() {
        for (Seeded<ReplayResult> replay : replays) {
            List<RunStatistics> all =
                    replay.bySeed().stream()
                            .map(ReplayResult::statistics)
                            .filter(Objects::nonNull)
                            .toList();
            if (!all.isEmpty()) {
                text.append('\n').append(StatisticsText.tables(String.valueOf(replay.name()), all));
            }
        }
    }

    private void remarks(boolean verbose) {
        double seconds = comparison.wallSeconds();
        for (Seeded<ReplayResult> replay : replays) {
            replay.failures().forEach(each -> line("FAILED: " + replay.name() + ": " + each));
        }
        replays.stream()
                .map(Seeded::first)
                .filter(ReplayText::isJustShort)
                .findFirst()
                .ifPresent(each ->
                        line(
                                NOT_THE_TRACES
                                        + " pages of the limit are the kernel's and the"
                                        + " process's own: "
                                        + each.trace()
                                        + " fits "
                                        + (each.distinctPages() + NOT_THE_TRACES)
                                        + "p"));
        Sampling sample = replays.getFirst().first().sample();
        if (sample != null) {
            line(
                    "estimated from "
                            + sample.rate()
                            + " of the pages: counts of the whole trace, each with the"
                            + " band in which it lies with "
                            + Math.round(100 * sample.confidence())
                            + " % confidence or more");
        } else if (!comparison.plan().policies().isEmpty()) {
            line("misses are exact; they count first touches, which are no major faults");
        }
        double accesses =
                replays.stream()
                        .flatMap(each -> each.bySeed().stream())
                        .mapToDouble(ReplayResult::replayedAccesses)
                        .sum();
        text.append('\n');
        if (onThreads()) {
            line("real threads: times are this machine's own, and what hangs on them is no result");
        }
        line(
                String.format(
                        Locale.ROOT,
                        "%s in %s s, %s M accesses/s%s",
                        onThreads() ? "run" : "simulated",
                        Figures.number(seconds),
                        Figures.number(seconds > 0 ? accesses / seconds / 1e6 : 0),
                        verbose ? "" : "; all counters with --verbose or --json"));
    }

    /// Whether the limit holds what is touched, but not what the kernel and the process take of it
    /// as well.
    private static boolean isJustShort(ReplayResult replay) {
        long over = replay.memoryPages() - replay.distinctPages();
        return over >= 0 && over < NOT_THE_TRACES;
    }

    private boolean onThreads() {
        return replays.getFirst().first().engine() == EngineChoice.THREADS;
    }

    private void line(String line) {
        text.append(Figures.wrapped(line)).append('\n');
    }

    /// The limit, and what share of the pages touched it is.
    private static String memory(ReplayResult replay) {
        return Figures.share(replay.memoryPages(), replay.distinctPages());
    }

    /// Pages touched, and of how many of the trace they are made if those were smaller.
    private static String distinct(ReplayResult replay) {
        String pages = Figures.count(replay.distinctPages());
        return replay.tracePageSize() == replay.pageSize().bytes()
                ? pages
                : "%s (%s of %s folded)"
                        .formatted(
                                pages,
                                Figures.count(replay.tracePages()),
                                Size.approximately(replay.tracePageSize()));
    }

    private static String sample(ReplayResult replay) {
        Sampling sample = replay.sample();
        return sample == null
                ? "-"
                : sample.rate()
                        + ": "
                        + Figures.count(sample.pages())
                        + " pages, "
                        + Figures.count(sample.accesses())
                        + " accesses";
    }

    private static String stage2(ReplayResult replay) {
        Stage2Choice kind = replay.stage2Kind();
        return (kind == null ? Stage2Choice.PLAIN : kind).label();
    }

    private static String lru(ReplayResult replay) {
        String bits = replay.lruGen().enabled() ? " " + replay.lruGen() : "";
        return replay.lru().label() + bits;
    }

    /// The device, with its size if that is one that can be filled.
    private static String swap(ReplayResult replay) {
        boolean ample = replay.swapPages() >= 3 * replay.distinctPages();
        return replay.swapPages() == 0 || ample
                ? replay.swap().label()
                : replay.swap().label()
                        + " "
                        + Size.approximately(replay.swapPages() * replay.pageSize().bytes());
    }
}
