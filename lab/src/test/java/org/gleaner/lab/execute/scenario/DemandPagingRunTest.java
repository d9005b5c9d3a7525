package org.gleaner.lab.execute.scenario;

import static org.assertj.core.api.Assertions.assertThat;
import static org.assertj.core.api.Assertions.assertThatThrownBy;

import java.util.ArrayList;
import java.util.List;
import java.util.concurrent.atomic.AtomicBoolean;
import org.gleaner.lab.BadInput;
import org.gleaner.lab.Progress;
import org.gleaner.lab.choice.EngineChoice;
import org.gleaner.lab.execute.parallel.ParallelRuns;
import org.gleaner.lab.run.DemandPagingResult;
import org.gleaner.lab.run.DemandPagingResult.Run;
import org.gleaner.lab.run.ScenarioRequest;
import org.gleaner.lab.scenario.DemandPaging;
import org.gleaner.lab.scenario.ScenarioReader;
import org.gleaner.lab.size.Scale;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.params.ParameterizedTest;
import org.junit.jupiter.params.provider.CsvSource;
import org.junit.jupiter.params.provider.EnumSource;

final class DemandPagingRunTest {
    private static DemandPaging scenario(int vcpus, String... settings) {
        List<String> all = new ArrayList<>();
        all.add("guest.vcpus=" + vcpus);
        all.add("guest.memory=" + 128 * vcpus + "p");
        all.addAll(List.of(settings));
        return (DemandPaging) ScenarioReader.read(DemandPaging.KIND, all, Scale.FULL);
    }

    private static DemandPagingResult run(EngineChoice engine, DemandPaging scenario) {
        DemandPagingResult result =
                DemandPagingRun.run(
                        new ScenarioRequest<>(scenario, Scale.FULL, engine, false),
                        Progress.SILENT);
        assertThat(result.failures()).isEmpty();
        return result;
    }

    private static double rate(DemandPagingResult result, String label) {
        return result.runs().stream()
                .filter(run -> run.label().equals(label))
                .findFirst()
                .orElseThrow()
                .pagesPerSecond();
    }

    @Test
    void anEngineHasRoomForSoManyTasks() {
        assertThatThrownBy(() -> scenario(4, "readers=1024", "single=false"))
                .isInstanceOf(BadInput.class)
                .hasMessageContaining("4,100 vcpus and readers; give at most 4,000 together");
    }

    /// Twice as many tasks as CPUs: whoever has one is passed on the way, so a queue is no slower.
    @Test
    void readersMayShareCpusWithVcpus() {
        DemandPagingResult own = run(EngineChoice.VIRTUAL, scenario(16));
        DemandPagingResult shared = run(EngineChoice.VIRTUAL, scenario(16, "host.cpus=16"));
        assertThat(rate(shared, "exit")).isEqualTo(rate(own, "exit"));
        assertThat(rate(shared, "userfault")).isGreaterThan(0.5 * rate(own, "userfault"));
    }

    /// A queue gets slower the more wait in it; vCPUs that leave the guest do not wait for others.
    @Test
    void aQueueCollapsesAndExitsScale() {
        DemandPagingResult few = run(EngineChoice.VIRTUAL, scenario(4));
        DemandPagingResult many = run(EngineChoice.VIRTUAL, scenario(64));
        assertThat(rate(many, "userfault")).isLessThan(0.9 * rate(few, "userfault"));
        assertThat(rate(many, "exit")).isGreaterThan(3 * rate(few, "exit"));
        for (Run run : many.runs()) {
            assertThat(run.pages()).isEqualTo(64 * 128);
            assertThat(run.exits()).isEqualTo(run.label().equals("exit") ? 64 * 128 : 0);
        }
    }

    /// One queue each: nobody walks past others.
    @Test
    void queuesOfTheirOwnDoNotCollapse() {
        double shared = rate(run(EngineChoice.VIRTUAL, scenario(16)), "userfault");
        double own = rate(run(EngineChoice.VIRTUAL, scenario(16, "single=false")), "userfault");
        assertThat(own).isGreaterThan(3 * shared);
    }

    @Test
    void theSameScenarioGivesTheSameResult() {
        DemandPaging scenario = scenario(8, "mode=missing", "delay=3");
        assertThat(run(EngineChoice.VIRTUAL, scenario).runs())
                .isEqualTo(run(EngineChoice.VIRTUAL, scenario).runs());
    }

    @ParameterizedTest
    @EnumSource(EngineChoice.class)
    void anonymousMemoryIsSuppliedToo(EngineChoice engine) {
        DemandPagingResult result =
                run(engine, scenario(2, "mode=missing", "guest.backing=anon", "single=false"));
        assertThat(result.runs()).hasSize(2);
    }

    @Test
    void filesAreSuppliedOnRealThreads() {
        assertThat(run(EngineChoice.THREADS, scenario(2)).runs()).hasSize(2);
    }

    @Test
    void itCountsItsTouches() {
        DemandPaging scenario = scenario(2);
        ParallelRuns.Meter meter = new ParallelRuns.Meter(new AtomicBoolean());
        var request = new ScenarioRequest<>(scenario, Scale.FULL, EngineChoice.VIRTUAL, false);
        new DemandPagingRun(
                        request,
                        scenario.configurations().getFirst(),
                        scenario.suppliers().getFirst(),
                        meter)
                .run();
        assertThat(meter.done()).isEqualTo(DemandPagingRun.steps(scenario));
    }

    @ParameterizedTest
    @CsvSource(
            delimiter = '|',
            value = {
                "readers=-1 | readers",
                "delay=-1 | delay",
                "guest.backing=anon | of memory that is no file",
                "host.memory=100% | no room for all of the guest",
                "suppliers=[exit, exit] | stands twice",
                "suppliers=[] | suppliers",
                "suppliers=[reader] | reader",
                "mode=major | major"
            })
    void badInputIsOneLine(String setting, String message) {
        assertThatThrownBy(() -> scenario(2, setting))
                .isInstanceOf(BadInput.class)
                .hasMessageContaining(message);
    }
}
