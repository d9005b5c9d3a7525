package org.gleaner.lab.execute.scenario;

import static org.assertj.core.api.Assertions.assertThat;

import java.util.ArrayList;
import java.util.List;
import java.util.concurrent.atomic.AtomicBoolean;
import org.gleaner.lab.choice.CostModelChoice;
import org.gleaner.lab.choice.EngineChoice;
import org.gleaner.lab.execute.host.Support;
import org.gleaner.lab.execute.parallel.ParallelRuns;
import org.gleaner.lab.execute.parallel.TimeLeft;
import org.gleaner.lab.run.ScenarioRequest;
import org.gleaner.lab.scenario.MmuStress;
import org.gleaner.lab.scenario.Neighbours;
import org.gleaner.lab.scenario.ScenarioReader;
import org.gleaner.lab.size.Scale;
import org.gleaner.machine.VirtualOptions;
import org.junit.jupiter.api.Tag;
import org.junit.jupiter.api.Test;

/// That a run counts the steps that its progress bar was told of: a bar that is full before the
/// end, or never, tells nothing.
@Tag("long")
final class StepsTest {
    private final ParallelRuns.Meter meter = new ParallelRuns.Meter(new AtomicBoolean());

    @Test
    void neighboursCountPopulatingAndTheTimeAfter() {
        Scale scale = Scale.parse("1/1024");
        Neighbours scenario = (Neighbours) ScenarioReader.read(Neighbours.KIND, List.of(), scale);
        var request = new ScenarioRequest<>(scenario, scale, EngineChoice.VIRTUAL, false);
        new NeighboursRun(request, scenario.configurations().getFirst(), meter).run();
        long steps = NeighboursRun.steps(scenario);
        assertThat(meter.done()).isBetween(steps * 99 / 100, steps);
    }

    @Test
    void aTimedPhaseCountsAsItsTimeGoesBy() {
        var engine =
                Support.engine(
                        EngineChoice.VIRTUAL, CostModelChoice.X86_SERVER, VirtualOptions.seed(1));
        List<Long> seen = new ArrayList<>();
        engine.spawn(
                "run",
                cpu -> {
                    meter.advance(7);
                    meter.timed(cpu.now(), cpu.now() + 100_000_000, 50, 100);
                    for (int i = 0; i < 4; i++) {
                        cpu.sleep(30_000_000);
                        seen.add(meter.done());
                    }
                });
        meter.watch(engine);
        engine.run();
        assertThat(seen).hasSize(4);
        assertThat(seen.get(0)).isBetween(78L, 80L);
        assertThat(seen.get(1)).isBetween(108L, 110L);
        assertThat(seen.get(2)).isBetween(138L, 140L);
        assertThat(seen.get(3)).isEqualTo(150);
    }

    @Test
    void mmuStressCountsItsTouches() {
        Scale scale = Scale.parse("1/256");
        MmuStress scenario = (MmuStress) ScenarioReader.read(MmuStress.KIND, List.of(), scale);
        var request = new ScenarioRequest<>(scenario, scale, EngineChoice.VIRTUAL, false);
        new MmuStressRun(request, scenario.configurations().getFirst(), meter).run();
        long steps = MmuStressRun.steps(scenario);
        assertThat(meter.done()).isBetween(steps * 8 / 10, steps);
    }

    @Test
    void whatIsLeftIsLeftToTheSlowest() {
        var fast = new TimeLeft.State(10, 1);
        var slow = new TimeLeft.State(10, 0.25);
        assertThat(TimeLeft.seconds(List.of(fast, slow), 2)).isEqualTo(30);
        var waiting = new TimeLeft.State(0, 0);
        assertThat(TimeLeft.seconds(List.of(waiting, waiting), 2)).isNaN();
        assertThat(TimeLeft.seconds(List.of(fast, waiting), 2)).isEqualTo(10);
        assertThat(TimeLeft.seconds(List.of(slow, slow, waiting), 2)).isEqualTo(50);
    }
}
