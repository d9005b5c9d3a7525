package org.gleaner.lab.execute.validate;

import java.nio.file.Files;
import java.nio.file.Path;
import java.util.ArrayList;
import java.util.LinkedHashMap;
import java.util.LinkedHashSet;
import java.util.List;
import java.util.Locale;
import java.util.Map;
import java.util.OptionalDouble;
import java.util.Set;
import org.gleaner.lab.BadInput;
import org.gleaner.lab.Cancelled;
import org.gleaner.lab.Progress;
import org.gleaner.lab.choice.EngineChoice;
import org.gleaner.lab.execute.Executors;
import org.gleaner.lab.input.Input;
import org.gleaner.lab.run.Completeness;
import org.gleaner.lab.run.ScenarioResult;
import org.gleaner.lab.run.TimingRequest;
import org.gleaner.lab.run.TimingResult;
import org.gleaner.lab.run.TimingResult.Row;
import org.gleaner.lab.scenario.AccessTracking;
import org.gleaner.lab.scenario.MaxGuestMemory;
import org.gleaner.lab.scenario.Scenario;
import org.gleaner.lab.scenario.ScenarioFile;
import org.gleaner.lab.scenario.ScenarioReader;
import org.gleaner.lab.size.Scale;
import org.gleaner.lab.validate.PublishedTime;
import org.jspecify.annotations.Nullable;

/// Plays what a table of published times was measured on, one number of vCPUs after another, and
/// holds virtual time against it.
public final class TimingRun {

    private static final int MANY = 32;

    private static final int FINER = 4;

    /// What rows have in common that one run answers.
    private record Setup(String scenario, int vcpus) {}

    /// What answers it.
    ///
    /// @param bySeed the same scenario with different seeds
    private record Play(List<Scenario> bySeed, Scale scale) {}

    private final TimingRequest request;
    private final Executors executors;

    private TimingRun(TimingRequest request, Executors executors) {
        this.request = request;
        this.executors = executors;
    }

    /// Runs the scenarios that the rows need.
    ///
    /// @throws BadInput if a row's scenario is not there or has not what the row asks for
    /// @throws Cancelled if `progress` was cancelled before the first was finished
    public static TimingResult run(TimingRequest request, Executors executors, Progress progress) {
        return new TimingRun(request, executors).run(progress);
    }

    private TimingResult run(Progress progress) {
        long start = System.nanoTime();
        Map<Setup, Play> plays = plays();
        List<Row> rows = new ArrayList<>();
        Set<String> assumptions = new LinkedHashSet<>();
        List<String> failures = new ArrayList<>();
        for (Map.Entry<Setup, Play> each : plays.entrySet()) {
            List<ScenarioResult> results = played(each.getValue(), progress);
            if (results.size() < each.getValue().bySeed().size()) {
                break;
            }
            for (ScenarioResult result : results) {
                assumptions.addAll(result.assumptions());
                failures.addAll(result.failures());
            }
            for (PublishedTime row : request.rows()) {
                if (setup(row).equals(each.getKey()) && !row.waits()) {
                    median(row, results, each.getValue().scale())
                            .ifPresent(value -> rows.add(row(row, value)));
                }
            }
        }
        rows.stream().filter(row -> !row.holds()).map(TimingRun::failure).forEach(failures::add);
        List<String> ids =
                request.rows().stream().filter(row -> !row.waits()).map(PublishedTime::id).toList();
        Completeness completeness = Completeness.of(ids, rows.stream().map(Row::id).toList());
        request.rows().stream()
                .filter(PublishedTime::waits)
                .forEach(row -> rows.add(row(row, null)));
        return new TimingResult(
                request.table().toString(),
                request.scale(),
                completeness,
                rows,
                List.copyOf(assumptions),
                failures,
                (System.nanoTime() - start) / 1e9);
    }

    /// Fewer than there are seeds if the user stopped it.
    private List<ScenarioResult> played(Play play, Progress progress) {
        List<ScenarioResult> results = new ArrayList<>();
        try {
            for (Scenario scenario : play.bySeed()) {
                if (progress.cancelled()) {
                    break;
                }
                results.add(
                        executors.run(
                                scenario, play.scale(), EngineChoice.VIRTUAL, false, progress));
            }
        } catch (Cancelled stopped) {
            return results;
        }
        return results;
    }

    /// Empty if a configuration did not come to its end with one of the seeds.
    private static OptionalDouble median(
            PublishedTime row, List<ScenarioResult> results, Scale scale) {
        double[] figures =
                results.stream()
                        .map(result -> Measured.of(row, result, scale))
                        .filter(OptionalDouble::isPresent)
                        .mapToDouble(OptionalDouble::getAsDouble)
                        .sorted()
                        .toArray();
        return figures.length < results.size()
                ? OptionalDouble.empty()
                : OptionalDouble.of(figures[figures.length / 2]);
    }

    // --- what is run -------------------------------------------------------------------------

    private static Setup setup(PublishedTime row) {
        return new Setup(row.scenario(), row.vcpus());
    }

    /// By what they are run for; each row has a configuration there that is timed as it asks.
    private Map<Setup, Play> plays() {
        Map<Setup, Play> all = new LinkedHashMap<>();
        for (PublishedTime row : request.rows()) {
            if (row.waits()) {
                continue;
            }
            Play play = all.computeIfAbsent(setup(row), _ -> play(row));
            Measured.check(row, play.bySeed().getFirst());
        }
        return all;
    }

    private Play play(PublishedTime row) {
        Path table = request.table().toAbsolutePath();
        String name = String.valueOf(table.getFileName()).replaceFirst("\\.csv$", "");
        Path file = table.resolveSibling(name).resolve(row.scenario() + ".yaml");
        boolean bundled = !Files.exists(file) && ScenarioReader.BUNDLED.contains(row.scenario());
        try {
            ScenarioFile written =
                    ScenarioReader.open(
                            bundled ? row.scenario() : file.toString(), Input.ofProcess());
            Scenario one = written.scenario(List.of(), Scale.FULL);
            long bytes = one.guestPages() / one.guest().vcpus() * one.pageBytes();
            List<String> settings =
                    List.of(
                            "guest.vcpus=" + row.vcpus(),
                            "guest.memory=" + bytes * row.vcpus() + "B");
            Scale scale = own(scale(one, row.vcpus()), written.scale());
            return new Play(bySeed(written, settings, scale), scale);
        } catch (BadInput bad) {
            throw bad.at(row.place() + ", " + bad.where());
        }
    }

    /// Where a guest is larger than its host, who reclaims what first is chance.
    private List<Scenario> bySeed(ScenarioFile written, List<String> settings, Scale scale) {
        List<Scenario> all = new ArrayList<>();
        all.add(written.scenario(settings, scale));
        Scenario first = all.getFirst();
        while (first instanceof MaxGuestMemory && all.size() < request.seeds()) {
            List<String> another = new ArrayList<>(settings);
            another.add("seed=" + (first.seed() + all.size()));
            all.add(written.scenario(another, scale));
        }
        return all;
    }

    /// A scenario that says what it is run at would take too long at more, and is bent at less.
    private Scale own(Scale asked, @Nullable Scale own) {
        if (own == null) {
            return asked;
        }
        boolean less = (double) own.part() / own.whole() < (double) asked.part() / asked.whole();
        return less || request.more() ? own : asked;
    }

    /// Where passes are timed, memory is shrunk [#FINER] times less, and that of fewer than [#MANY]
    /// vCPUs by as much less still as they are fewer: the page table that a pass reads, and holds a
    /// lock of, has a fixed size.
    private Scale scale(Scenario scenario, int vcpus) {
        Scale asked = request.scale();
        if (!(scenario instanceof AccessTracking tracking && tracking.benchmark())) {
            return asked;
        }
        int whole = Math.max(asked.part(), asked.whole() / FINER);
        for (int n = vcpus; n < MANY && whole % 2 == 0 && whole / 2 >= asked.part(); n *= 2) {
            whole /= 2;
        }
        return new Scale(asked.part(), whole);
    }

    // --- what came of it ---------------------------------------------------------------------

    /// @param value null where nothing plays the row yet
    private static Row row(PublishedTime row, @Nullable Double value) {
        return new Row(
                row.id(),
                row.source(),
                row.scenario(),
                row.vcpus(),
                row.configuration(),
                row.timed().word(),
                row.unit(),
                row.value(),
                value,
                value == null ? null : row.errorPercent(value),
                row.within(),
                row.basis());
    }

    private static String failure(Row row) {
        String unit = row.unit().isEmpty() ? "" : " " + row.unit();
        return String.format(
                Locale.ROOT,
                "%s: %s vcpus %d, %s %s: %.3g%s is %+.0f %% off %.3g%s, more than %d %%",
                row.id(),
                row.scenario(),
                row.vcpus(),
                row.configuration(),
                row.metric(),
                row.gleaner(),
                unit,
                row.errorPercent(),
                row.published(),
                unit,
                row.within());
    }
}
