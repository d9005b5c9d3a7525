package org.gleaner.lab.execute.scenario;

import static org.assertj.core.api.Assertions.assertThat;

import java.util.ArrayList;
import java.util.List;
import java.util.concurrent.atomic.AtomicBoolean;
import org.gleaner.lab.Progress;
import org.gleaner.lab.choice.EngineChoice;
import org.gleaner.lab.execute.parallel.ParallelRuns;
import org.gleaner.lab.run.PfnDesignsResult;
import org.gleaner.lab.run.PfnDesignsResult.Device;
import org.gleaner.lab.run.PfnDesignsResult.Marks;
import org.gleaner.lab.run.PfnDesignsResult.Run;
import org.gleaner.lab.run.ScenarioRequest;
import org.gleaner.lab.scenario.PfnDesigns;
import org.gleaner.lab.scenario.ScenarioReader;
import org.gleaner.lab.size.Scale;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.params.ParameterizedTest;
import org.junit.jupiter.params.provider.EnumSource;

final class PfnDesignsRunTest {
    private static final int PAGES = 1024;

    /// Two vCPUs with 4 MiB on a host of 3 MiB.
    private static PfnDesigns scenario(String... settings) {
        List<String> all = new ArrayList<>();
        all.add("host.memory=3MiB");
        all.add("host.watermarks.minFree=64KiB");
        all.add("guest.vcpus=2");
        all.add("guest.memory=4MiB");
        all.add("guest.tlbEntries=64");
        all.addAll(List.of(settings));
        return (PfnDesigns) ScenarioReader.read(PfnDesigns.KIND, all, Scale.FULL);
    }

    private static PfnDesignsResult run(PfnDesigns scenario, EngineChoice engine) {
        return PfnDesignsRun.run(
                new ScenarioRequest<>(scenario, Scale.FULL, engine, false), Progress.SILENT);
    }

    @ParameterizedTest
    @EnumSource
    void onlyBeforeEntriesMarkPages(EngineChoice engine) {
        PfnDesignsResult result = run(scenario(), engine);
        assertThat(result.failures()).isEmpty();
        assertThat(result.runs())
                .extracting(each -> each.configuration().name())
                .containsExactly("before", "v12", "merged");
        for (Run run : result.runs()) {
            boolean before = run.configuration().name().equals("before");
            Marks marks = run.marks();
            // before, faults that retry mark their page accessed, if they have looked it up
            assertThat(marks.accessedByFaults() - marks.dirtyByFaults())
                    .isBetween(0L, before ? run.faults().retries() : 0);
            assertThat(marks.dirtyByFaults()).isGreaterThan(PAGES);
            // reclaim takes what it has found old, so few are young when they go
            assertThat(before || marks.accessedByZaps() == 0).isTrue();
            assertThat(marks.dirtyByZaps() > 0).isEqualTo(before);
            assertThat(marks.dirtyByLog() > 0).isEqualTo(before);
            assertThat(marks.dirtyByAging() > 0).isEqualTo(before);
            assertThat(run.references().gets()).isEqualTo(run.references().puts());
            // four rounds over a block of which only the first frame has a count
            assertThat(run.references().guesses()).isEqualTo(before ? 4 * 16 : 0);
            assertThat(run.device()).isEqualTo(before ? new Device(4, 60) : new Device(64, 0));
            assertThat(run.loggedPages()).isBetween((long) PAGES, 2L * PAGES);
            assertThat(run.youngPages()).isPositive();
            assertThat(run.flushes()).isPositive();
            assertThat(run.vmstat().get("pswpout")).isPositive();
        }
    }

    /// The host has room, so every count can be said beforehand.
    @Test
    void whereNothingIsReclaimedEveryMarkIsCounted() {
        PfnDesignsResult result =
                run(
                        scenario("host.memory=64MiB", "logRounds=3", "devicePages=0"),
                        EngineChoice.VIRTUAL);
        for (Run run : result.runs()) {
            int pages = run.configuration().name().equals("before") ? PAGES : 0;
            // the log begins on pages with W, and each of its reads takes it
            assertThat(run.marks()).isEqualTo(new Marks(PAGES, 0, PAGES, 0, 4L * pages, pages));
            assertThat(run.faults().installed()).isEqualTo(PAGES);
            // a write to each page in each round, and one more without the log
            assertThat(run.faults().fast()).isEqualTo(4L * PAGES);
            assertThat(run.references().lookups()).isEqualTo(PAGES);
            assertThat(run.loggedPages()).isEqualTo(3L * PAGES);
            assertThat(run.youngPages()).isEqualTo(PAGES);
        }
        assertThat(result.runs().get(0).seconds().all())
                .isGreaterThan(result.runs().get(2).seconds().all());
    }

    @Test
    void theSameSeedGivesTheSame() {
        assertThat(run(scenario(), EngineChoice.VIRTUAL).runs())
                .isEqualTo(run(scenario(), EngineChoice.VIRTUAL).runs());
    }

    @Test
    void itCountsItsSteps() {
        ParallelRuns.Meter meter = new ParallelRuns.Meter(new AtomicBoolean());
        PfnDesigns scenario = scenario();
        var request = new ScenarioRequest<>(scenario, Scale.FULL, EngineChoice.VIRTUAL, false);
        new PfnDesignsRun(request, scenario.configurations().getFirst(), meter).run();
        assertThat(meter.done()).isEqualTo(PfnDesignsRun.steps(scenario));
    }
}
